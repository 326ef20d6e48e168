import { lazy, memo, Suspense, useDeferredValue } from 'react';
import { useDesk, useSession } from '../lesson/session.ts';
import { Tabs } from '../shell/Tabs.tsx';
import { baseName, filePaths, isOwn } from '../run/files.ts';
import './editor.css';

const CodeEditor = lazy(() => import('./CodeEditor.tsx'));

const LOADING = <div className="skeleton" role="status" aria-label="Loading editor" />;

export const EditorPane = memo(function EditorPane() {
  const { lesson, desk } = useSession();
  const file = useDesk((state) => state.file);
  // The editor is the page's largest part: it is asked for when the text can already be read.
  const canBeRead = useDeferredValue(true, false);
  const tabs = filePaths(lesson).map((path) => ({
    id: path,
    label: baseName(path),
    hint: path,
    badge: isOwn(lesson, path) ? undefined : 'read only',
  }));
  return (
    <div className="editor-pane">
      <Tabs
        label="Files"
        tabs={tabs}
        active={file}
        onChange={desk.open}
        prefix="file"
        className="file-tabs"
      />
      <div
        className="editor-panel"
        id="file-panel"
        role="tabpanel"
        aria-labelledby={`file-tab-${file}`}
      >
        <Suspense fallback={LOADING}>{canBeRead ? <CodeEditor /> : LOADING}</Suspense>
      </div>
      <p className="editor-hint">
        <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the editor · <kbd>?</kbd> outside of it lists all
        keys
      </p>
    </div>
  );
});
