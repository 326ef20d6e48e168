import { useStore } from 'zustand';
import { useJobs, useSession } from '../lesson/session.ts';
import { useServices } from '../shell/services.ts';
import { saving, working } from './status.ts';

/** The state of the work and of the compiler. Ordinary saving is shown but not announced. */
export function StatusText() {
  const { lesson } = useSession();
  const { library, toolchain } = useServices();
  const job = useJobs((state) => state.job);
  const done = useJobs((state) => state.done.length);
  const compiler = useStore(toolchain.store);
  const saved = useStore(library.store);
  const lost = saved.save === 'failed' || saved.save === 'refused';
  return (
    <div className="status">
      {!lost && <span className="status-save">{saving(saved)}</span>}
      <span role="status">
        {lost && <span className="status-lost">{saving(saved)} </span>}
        <span className={`status-${compiler.kind}`}>
          {working(job, compiler, done, lesson.tests.length)}
        </span>
      </span>
    </div>
  );
}
