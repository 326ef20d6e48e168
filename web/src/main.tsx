import { createRoot } from 'react-dom/client';
import 'katex/dist/katex.min.css';
import './shell/base.css';
import { connectEngine, ownHost } from './engine/connect.ts';
import { createEngineSource } from './engine/source.ts';
import { connectLayout } from './graph/connect.ts';
import { createLayouts } from './graph/layouts.ts';
import { openDisk } from './progress/disk.ts';
import { createLibrary, saveWhenHidden } from './progress/library.ts';
import { surroundings } from './run/surroundings.ts';
import { createToolchain } from './run/toolchain.ts';
import { createLab } from './run/workers.ts';
import { App } from './shell/App.tsx';
import { createCourse } from './shell/course.ts';
import { runHost } from './training/connect.ts';
import { createFiles } from './shell/files.ts';
import { openRunDisk } from './training/runDisk.ts';

const base = new URL(import.meta.env.BASE_URL, location.href).pathname;
const disk = await openDisk();
const library = createLibrary(disk, await disk.all());
saveWhenHidden(library);
const lab = createLab(base);

createRoot(document.getElementById('root')!).render(
  <App
    services={{
      base,
      course: createCourse(base),
      lab,
      toolchain: createToolchain(lab, surroundings()),
      library,
      engine: createEngineSource(() => connectEngine(base)),
      layouts: createLayouts(connectLayout()),
      ownHost,
      files: createFiles(base),
      runDisk: await openRunDisk(),
      runHost,
    }}
  />,
);
