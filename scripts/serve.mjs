/** Serves the built course. Plain JavaScript: it starts before anything is compiled. */
import { createServer } from 'node:http';
import sirv from 'sirv';

/**
 * The page runs only its own scripts, and compiles WebAssembly. Styles may be inline because KaTeX
 * and CodeMirror write them.
 */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

/** Files named by content never change under their name. */
const IMMUTABLE = /\/(course\/files|assets)\//;

/** Answers requests with the built course's files. */
export function answer(folder) {
  const files = sirv(folder, {
    etag: true,
    single: true,
    brotli: true,
    setHeaders(response, path, { size }) {
      response.setHeader('Content-Security-Policy', POLICY);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      const lasting = IMMUTABLE.test(path);
      response.setHeader(
        'Cache-Control',
        lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      // A browser goes on with a broken download only where it can be sure of the same bytes: the
      // name says the content, the size how it is encoded.
      if (lasting) response.setHeader('ETag', `"${path}-${size}"`);
    },
  });
  return (request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.end('Not found');
    });
}

/** Starts the server on the first free port from `port` on. Resolves with its address. */
export async function serve(folder, port, handler = answer(folder)) {
  const server = createServer(handler);
  for (let candidate = port; ; candidate++) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(candidate, '127.0.0.1', resolve);
      });
      const address = `http://localhost:${server.address().port}/`;
      return { address, close: () => server.close() };
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || candidate - port > 50) throw error;
    }
  }
}
