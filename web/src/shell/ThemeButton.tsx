import { useState } from 'react';
import { readFlag, writeFlag } from './flags.ts';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const signs: Record<Theme, string> = { auto: '◐', light: '☀', dark: '☾' };

const saved = (): Theme => themes.find((theme) => theme === readFlag('theme')) ?? 'auto';

function apply(theme: Theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  writeFlag('theme', theme === 'auto' ? null : theme);
}

export function ThemeButton() {
  const [theme, setTheme] = useState(saved);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const change = () => {
    apply(next);
    setTheme(next);
  };
  return (
    <button
      type="button"
      className="icon-button"
      onClick={change}
      aria-label={`Theme: ${theme}. Change to ${next}.`}
      title={`Theme: ${theme}`}
    >
      <span aria-hidden="true">{signs[theme]}</span>
    </button>
  );
}
