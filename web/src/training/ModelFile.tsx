import { useRef } from 'react';
import { useStore } from 'zustand';
import { saveFile } from '../shell/save.ts';
import type { Run } from './run.ts';

/** Saves the network as a file, which the native build can load too, and opens one. */
export function ModelFile({ run }: { run: Run }) {
  const canSave = useStore(run.store, ({ options }) => options !== null);
  const chooser = useRef<HTMLInputElement>(null);
  const save = async () => {
    const saved = await run.save();
    if (saved === null) return;
    const steps = String(run.store.getState().steps);
    const file = new Blob([saved.checkpoint as Uint8Array<ArrayBuffer>]);
    saveFile(`tinytorch-${steps}-steps.ttm`, file);
  };
  const open = async (file: File | undefined) => {
    if (file !== undefined) await run.open(new Uint8Array(await file.arrayBuffer()));
  };
  return (
    <>
      <button type="button" className="button" disabled={!canSave} onClick={() => void save()}>
        Save the model
      </button>
      <button
        type="button"
        className="button"
        disabled={!canSave}
        onClick={() => chooser.current?.click()}
      >
        Open a model
      </button>
      <input
        ref={chooser}
        type="file"
        accept=".ttm"
        hidden
        aria-label="A saved model"
        onChange={({ target }) => {
          void open(target.files?.[0]);
          target.value = '';
        }}
      />
    </>
  );
}
