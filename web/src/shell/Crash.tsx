import { useState } from 'react';
import type { FallbackProps } from 'react-error-boundary';
import { LoadError } from './course.ts';

const details = (error: unknown) =>
  error instanceof Error ? `${error.stack ?? error.message}` : String(error);

/** The one place where a fault of the page itself ends. */
export function Crash({ error, resetErrorBoundary }: FallbackProps) {
  const [copied, setCopied] = useState(false);
  const loading = error instanceof LoadError;
  const text = loading ? error.message : `${details(error)}\n\n${navigator.userAgent}`;
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <main className="crash" role="alert">
      <h1>{loading ? 'The course did not load' : 'The page itself failed'}</h1>
      <p>
        {loading
          ? 'Check the connection, then try again.'
          : 'This is our mistake, not yours. Your code is saved in this browser.'}
      </p>
      <pre tabIndex={0}>{text}</pre>
      <p className="row">
        <button type="button" className="button primary" onClick={resetErrorBoundary}>
          Try again
        </button>
        <button type="button" className="button" onClick={copy}>
          {copied ? 'Copied' : 'Copy the details'}
        </button>
      </p>
    </main>
  );
}
