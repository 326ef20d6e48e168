/** `npm run build`: the course in `dist/`, compressed, for any static web server. */
import { compress } from './compress.mjs';
import { FOR_START, main, say, setUp } from './setup.mjs';

await main(async () => {
  setUp(FOR_START);
  say('Compressing the course (minutes, the first time) ...');
  await compress('dist', say);
  console.log('The course is in dist/, with a Brotli file beside every file that gains by it.');
});
