/** `npm start`: sets everything up and serves the course. */
import { FOR_START, main, setUp } from './setup.mjs';

const PORT = 5173;

await main(async () => {
  setUp(FOR_START);
  const { serve } = await import('./serve.mjs');
  const { address } = await serve('dist', Number(process.env.PORT ?? PORT));
  console.log(`TinyTorch is ready at ${address}  (Ctrl-C stops it)`);
});
