import { memo } from 'react';

interface Props {
  html: string;
  inline?: boolean;
}

/** Text made and sanitized when the course was packed. */
export const Prose = memo(function Prose({ html, inline }: Props) {
  const inner = { __html: html };
  return inline ? (
    <span dangerouslySetInnerHTML={inner} />
  ) : (
    <div className="prose" dangerouslySetInnerHTML={inner} />
  );
});
