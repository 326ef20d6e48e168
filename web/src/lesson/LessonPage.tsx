import { useEffect, useState } from 'react';
import type { CourseIndex, LessonData } from '../../../wasm/toolchain/types.ts';
import { Solution } from '../editor/Solution.tsx';
import { CompilerNotice } from '../run/CompilerNotice.tsx';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import { LessonNav } from './LessonNav.tsx';
import { Panes } from './Panes.tsx';
import { createSession, SessionContext } from './session.ts';
import { useLessonKeys } from './useLessonKeys.ts';
import './lesson.css';

interface Props {
  index: CourseIndex;
  lesson: LessonData;
}

export function LessonPage({ index, lesson }: Props) {
  const services = useServices();
  const [session] = useState(() => createSession(services, lesson, index));
  useEffect(() => {
    session.notebook.begin();
    services.toolchain.warmUp();
    return () => {
      session.jobs.close();
      void services.library.flush();
    };
  }, [session, services]);
  return (
    <SessionContext value={session}>
      <title>{`${lesson.title} · TinyTorch`}</title>
      <div className="lesson-page">
        <TopBar>
          <LessonNav lessons={index.lessons} />
        </TopBar>
        <Keys />
        <Panes />
        <CompilerNotice />
        <Solution />
      </div>
    </SessionContext>
  );
}

function Keys() {
  useLessonKeys();
  return null;
}
