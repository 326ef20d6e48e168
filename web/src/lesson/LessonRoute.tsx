import { use } from 'react';
import { useServices } from '../shell/services.ts';
import { LessonPage } from './LessonPage.tsx';

export function LessonRoute({ slug }: { slug: string }) {
  const { course } = useServices();
  const asked = { index: course.index(), lesson: course.lesson(slug) };
  return <LessonPage index={use(asked.index)} lesson={use(asked.lesson)} />;
}
