/** Runs one of the project's TypeScript scripts, or says that the project is not set up yet. */
import { existsSync } from 'node:fs';

const [name] = process.argv.splice(2, 1);
const ready = ['node_modules/.package-lock.json', 'build/course/index.json', 'dist/index.html'];
if (!ready.every((file) => existsSync(file))) {
  console.error(
    `\`npm run ${name}\` needs the built course: run \`npm start\` or \`npm test\` once.`,
  );
  process.exit(2);
}
const { register } = await import('tsx/esm/api');
register();
await import(`./${name}.ts`);
