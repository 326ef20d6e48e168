import type { Section } from '../../../wasm/toolchain/types.ts';
import { Choices } from './Choices.tsx';
import { useRecord, useSession } from './session.ts';

type Question = Extract<Section, { kind: 'question' }>;

/** A question of a lesson, whose answer is kept. */
export function QuestionCard({ question, number }: { question: Question; number: number }) {
  const { notebook } = useSession();
  const chosen = useRecord((record) => record.answers[number] ?? null);
  return (
    <Choices
      {...{ question, number, chosen }}
      onChoose={(choice) => notebook.answer(number, choice)}
    />
  );
}
