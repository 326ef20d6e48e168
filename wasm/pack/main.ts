import { PackError } from './starter.ts';
import { pack } from './pack.ts';
import { MissingTool } from './sysroot.ts';

const root = process.cwd();
try {
  await pack({
    root,
    course: root,
    out: 'build/course',
    cache: 'build/cache',
    say: (step) => console.log(`  packing ${step}`),
  });
  process.exit(0);
} catch (error) {
  if (error instanceof PackError || error instanceof MissingTool) {
    console.error(error.message);
    process.exit(1);
  }
  throw error;
}
