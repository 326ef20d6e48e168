import type { ReactNode } from 'react';
import { useState } from 'react';
import { Link } from 'wouter';
import { Help } from './Help.tsx';
import { useShortcuts } from './shortcuts.ts';
import { ThemeButton } from './ThemeButton.tsx';

/** The bar above every page; a lesson puts its picker in the middle. */
export function TopBar({ children }: { children?: ReactNode }) {
  const [help, setHelp] = useState(false);
  const [actions] = useState(() => ({ '?': () => setHelp(true) }));
  useShortcuts(actions);
  return (
    <header className="top-bar">
      <Link href="/" className="brand" aria-label="TinyTorch, course map">
        <Flame />
        <span className="brand-name">TinyTorch</span>
      </Link>
      {children}
      <div className="top-bar-end">
        <ThemeButton />
        <button
          type="button"
          className="icon-button"
          aria-label="Help and shortcuts"
          title="Help and shortcuts (?)"
          onClick={() => setHelp(true)}
        >
          <span aria-hidden="true">?</span>
        </button>
      </div>
      {help && <Help onClose={() => setHelp(false)} />}
    </header>
  );
}

function Flame() {
  return (
    <svg className="flame" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 2c1 5 8 8 8 17a8 8 0 0 1-16 0c0-4 2-6 3-9 1 2 2 3 3 3 1-4 0-7 2-11z" />
      <path d="M16 16c1 2 4 4 4 7a4 4 0 0 1-8 0c0-3 3-4 4-7z" />
    </svg>
  );
}
