import { useEffect, useRef } from 'react';
import { useDesk, useJobs, useRecord, useSession } from '../lesson/session.ts';
import type { Editor } from './editor.ts';
import { createEditor } from './editor.ts';
import { openFile } from './files.ts';

/** The editor: a thin frame around CodeMirror, which knows nothing of React. */
export default function CodeEditor() {
  const { lesson, notebook, jobs } = useSession();
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  const file = useDesk((desk) => desk.file);
  const mark = useDesk((desk) => desk.mark);
  const files = useRecord((record) => record.files);
  const problems = useJobs((state) => state.problems);

  useEffect(() => {
    const created = createEditor(parent.current!, {
      onEdit(path, text) {
        notebook.edit(path, text);
        if (path === lesson.unit) jobs.checkSoon();
      },
      onCursor: notebook.moveCursor,
    });
    editor.current = created;
    return created.destroy;
  }, [lesson, notebook, jobs]);

  useEffect(() => {
    editor.current?.open(openFile(lesson, notebook.read(), file));
  }, [lesson, notebook, file]);

  useEffect(() => {
    for (const [path, text] of Object.entries(files)) editor.current?.setText(path, text);
  }, [files]);

  useEffect(() => {
    editor.current?.setProblems(problems);
  }, [problems, file]);

  useEffect(() => {
    if (mark) editor.current?.goTo(mark);
  }, [mark]);

  return <div ref={parent} className="code-editor" />;
}
