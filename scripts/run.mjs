/** Runs one of the project's TypeScript scripts, on a course that is up to date if it needs one. */
import { FOR_BENCH, FOR_START, main, setUp, setUpNative } from './setup.mjs';

const [name] = process.argv.splice(2, 1);
await main(async () => {
  if (name === 'my') setUpNative();
  else setUp(name === 'bench' ? FOR_BENCH : FOR_START);
  const { register } = await import('tsx/esm/api');
  register();
  await import(`./${name}.ts`);
});
