import { useState } from 'react';
import { Dialog } from './Dialog.tsx';
import { writeFlag } from './flags.ts';
import { editorShortcuts, lettersOn, shortcuts } from './shortcuts.ts';

const mod = () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? 'Cmd' : 'Ctrl');

function Keys({ title, keys }: { title: string; keys: Record<string, string> }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {Object.entries(keys).map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key.replace('Mod', mod())}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Help({ onClose }: { onClose: () => void }) {
  const [letters, setLetters] = useState(lettersOn);
  const change = (on: boolean) => {
    writeFlag('single-letter-keys', on ? null : 'off');
    setLetters(on);
  };
  return (
    <Dialog title="Help" onClose={onClose}>
      <Keys title="Anywhere" keys={shortcuts} />
      <Keys title="In the editor" keys={editorShortcuts} />
      <label className="choice-line">
        <input type="checkbox" checked={letters} onChange={(e) => change(e.target.checked)} />
        Single-letter keys (outside of text fields)
      </label>
      <p className="muted">
        Your code is compiled, run and kept on this computer. Nothing is sent anywhere. The tests
        are here for you.
      </p>
    </Dialog>
  );
}
