import { useEffect, useRef } from 'react';
import { useServices } from '../shell/services.ts';
import { useDesk, useJobs, useRecord, useSession } from '../lesson/session.ts';
import type { Editor } from './editor.ts';
import { createEditor } from './editor.ts';
import { openFile } from '../run/files.ts';
import { declarationsIn } from './declarations.ts';

/** The editor: a thin frame around CodeMirror, which knows nothing of React. */
export default function CodeEditor() {
  const { lab, toolchain } = useServices();
  const { lesson, notebook, jobs, desk } = useSession();
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  const file = useDesk((state) => state.file);
  const mark = useDesk((state) => state.mark);
  const fix = useDesk((state) => state.fix);
  const files = useRecord((record) => record.files);
  const problems = useJobs((state) => state.problems);
  const checked = useJobs((state) => state.checked);

  useEffect(() => {
    const created = createEditor(parent.current!, {
      onEdit(path, text) {
        notebook.edit(path, text);
        if (path === lesson.unit) jobs.checkSoon();
      },
      onCursor: notebook.moveCursor,
      async complete(path, text, line, column, signal) {
        if (toolchain.store.getState().kind !== 'ready') return null;
        // A fault here costs a list of names, not the student's work.
        return lab.complete(lesson, { path, text, line, column }, signal).catch(() => null);
      },
      declarations: once(() =>
        Object.entries(lesson.headers).flatMap(([path, text]) => declarationsIn(path, text)),
      ),
      goTo: desk.goTo,
    });
    editor.current = created;
    return created.destroy;
  }, [lesson, notebook, jobs, desk, lab, toolchain]);

  useEffect(() => {
    editor.current?.open(openFile(lesson, notebook.read(), file));
  }, [lesson, notebook, file]);

  useEffect(() => {
    for (const [path, text] of Object.entries(files)) editor.current?.setText(path, text);
  }, [files]);

  useEffect(() => {
    editor.current?.setProblems(problems, checked);
  }, [problems, checked, file]);

  useEffect(() => {
    if (mark) editor.current?.goTo(mark);
  }, [mark]);

  useEffect(() => {
    if (fix) editor.current?.fix(fix);
  }, [fix]);

  return <div ref={parent} className="code-editor" />;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
