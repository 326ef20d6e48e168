import { useEffect } from 'react';
import { readFlag } from './flags.ts';

/** The keys of the page, as the help shows them. `Mod` is Ctrl, or Cmd on a Mac. */
export const shortcuts = {
  'Mod+Enter': 'Test your code',
  'Mod+Shift+Enter': 'Run the example',
  'Mod+.': 'Stop what runs',
  'Mod+s': 'Save and check now',
  h: 'Open the next hint',
  e: 'Go to the editor',
  r: 'Go to the text',
  t: 'Go to the test results',
  n: 'Next lesson',
  p: 'Previous lesson',
  '?': 'This list',
} as const;

export type Shortcut = keyof typeof shortcuts;
export type Actions = Partial<Record<Shortcut, (() => void) | undefined>>;

/** Keys of the editor itself, listed for the reader. */
export const editorShortcuts = {
  'Ctrl+Space': 'Names that fit here',
  'Mod+.': 'Make the change that the compiler proposes on this line',
  'Mod+k': 'What is this name? Again: go to its header',
  'F8 / Shift+F8': 'Next / previous problem',
  'Esc, then Tab': 'Leave the editor',
  'Mod+/': 'Comment or uncomment',
  'Mod+f': 'Find',
};

export const lettersOn = () => readFlag('single-letter-keys') !== 'off';

const writing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.closest('input, textarea, select, dialog') !== null ||
    target.closest('[contenteditable]') !== null);

function pressed(event: KeyboardEvent): Shortcut | null {
  const mod = event.ctrlKey || event.metaKey;
  if (!mod && (event.altKey || !lettersOn() || writing(event.target))) return null;
  const name = mod ? `Mod+${event.shiftKey ? 'Shift+' : ''}${event.key}` : event.key;
  return name in shortcuts ? (name as Shortcut) : null;
}

/** Listens on the whole page, before the editor does. */
export function useShortcuts(actions: Actions) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const name = pressed(event);
      const action = name && actions[name];
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      action();
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, [actions]);
}
