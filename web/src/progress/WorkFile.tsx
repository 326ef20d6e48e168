import { useRef, useState } from 'react';
import type { LessonSummary } from '../../../wasm/toolchain/types.ts';
import { saveFile } from '../shell/save.ts';
import { useServices } from '../shell/services.ts';
import { ImportDialog } from './ImportDialog.tsx';
import { meet, merged, withProgress } from './merge.ts';
import type { LessonRecord } from './records.ts';
import { useRecords } from './useProgress.ts';

/** Loaded when it is needed: most visits neither export nor import. */
const workTools = () => import('./work.ts');

/** Takes a student's whole work out of this browser, or brings it in from another. */
export function WorkFile({ lessons }: { lessons: LessonSummary[] }) {
  const { library } = useServices();
  const records = useRecords();
  const input = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState('');
  const [problem, setProblem] = useState('');
  const [offered, setOffered] = useState<LessonRecord[] | null>(null);

  const exportAll = async () => {
    const { packWork } = await workTools();
    const at = Date.now();
    const tar = packWork({ at, records: Object.values(records) });
    const name = `tinytorch-${new Date(at).toISOString().slice(0, 10)}.tar`;
    saveFile(name, new Blob([tar as BlobPart], { type: 'application/x-tar' }));
    setProblem('');
    setTold(`Your work is in ${name}, with your downloads.`);
  };

  const open = async (file: File) => {
    setTold('');
    setProblem('');
    const { readWork, WorkError } = await workTools();
    try {
      const work = readWork(new Uint8Array(await file.arrayBuffer()));
      const known = work.records.filter(({ slug }) => lessons.some((each) => each.slug === slug));
      if (known.length === 0) throw new WorkError('No lesson of this course is in the file.');
      const asks = known.some((record) => meet(records[record.slug], record) === 'different');
      if (asks) setOffered(known);
      else await take(known, new Set());
    } catch (error) {
      if (!(error instanceof WorkError)) throw error;
      setProblem(`${file.name} was not imported. ${error.message} Nothing here has changed.`);
    }
  };

  /** Brings in what is offered; of lessons with work on both sides, only the chosen. */
  const take = async (theirs: LessonRecord[], chosen: Set<string>) => {
    const now = Date.now();
    let brought = 0;
    for (const record of theirs) {
      const here = library.store.getState().records[record.slug];
      const meeting = meet(here, record);
      if (meeting === 'new' || chosen.has(record.slug)) {
        library.put(merged(here, record, now));
        brought++;
      } else if (meeting === 'same' && here !== undefined) {
        library.put(withProgress(here, record));
      }
    }
    setOffered(null);
    // Whoever is told that it is here may leave at once.
    await library.flush();
    const kept = theirs.length - brought;
    setTold(`Imported ${count(brought)}.${kept > 0 ? ` ${count(kept)} stayed as here.` : ''}`);
  };

  return (
    <section aria-labelledby="work-heading">
      <h2 id="work-heading">Your work as a file</h2>
      <p className="row">
        <button
          type="button"
          className="button"
          disabled={Object.keys(records).length === 0}
          onClick={() => void exportAll()}
        >
          Export my work
        </button>
        <button type="button" className="button" onClick={() => input.current?.click()}>
          Import…
        </button>
        <input
          ref={input}
          type="file"
          accept=".tar"
          hidden
          aria-label="A file of exported work"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) void open(file);
            target.value = ''; // so that the same file can be chosen again
          }}
        />
        <span className="muted">
          For another browser, a backup, or your own editor and compiler.
        </span>
      </p>
      <p className="work-told" role="status">
        {told}
      </p>
      {problem && (
        <p className="work-told" role="alert">
          {problem}
        </p>
      )}
      {offered && (
        <ImportDialog
          lessons={lessons}
          offered={offered}
          onTake={(chosen) => void take(offered, chosen)}
          onClose={() => setOffered(null)}
        />
      )}
    </section>
  );
}

const count = (lessons: number) => (lessons === 1 ? '1 lesson' : `${String(lessons)} lessons`);
