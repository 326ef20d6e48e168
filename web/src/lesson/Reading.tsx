import { memo } from 'react';
import type { Section } from '../../../wasm/toolchain/types.ts';
import { FigureBlock } from './FigureBlock.tsx';
import { PredictCard } from './PredictCard.tsx';
import { Prose } from './Prose.tsx';
import { QuestionCard } from './QuestionCard.tsx';
import { useSession } from './session.ts';
import { StepCard } from './StepCard.tsx';

/** The lesson's text, in order. */
export const Reading = memo(function Reading() {
  const { lesson } = useSession();
  const questions = lesson.sections.filter((section) => section.kind === 'question');
  return (
    <div className="reading" id="reading" tabIndex={0} role="group" aria-label="Lesson text">
      <article className="reading-text">
        <p className="reading-part">
          {lesson.part} · Lesson {lesson.number}
        </p>
        <h1>{lesson.title}</h1>
        <p className="reading-summary">{lesson.summary}</p>
        {lesson.sections.map((section, i) => (
          <Block
            key={i}
            section={section}
            question={section.kind === 'question' ? questions.indexOf(section) : -1}
          />
        ))}
      </article>
    </div>
  );
});

function Block({ section, question }: { section: Section; question: number }) {
  switch (section.kind) {
    case 'prose':
      return <Prose html={section.html} />;
    case 'figure':
      return <FigureBlock figure={section} />;
    case 'step':
      return <StepCard step={section} />;
    case 'predict':
      return <PredictCard predict={section} />;
    case 'question':
      return <QuestionCard question={section} number={question} />;
  }
}
