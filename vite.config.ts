import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import sirv from 'sirv';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';
import { POLICY } from './scripts/serve.mjs';

const root = import.meta.dirname;

/** Made by other builds, served beside the page: the packed course and the live engine. */
const made = [
  { url: 'course', folder: join(root, 'build/course'), files: /./ },
  { url: 'engine', folder: join(root, 'build/wasm'), files: /(^|\/)engine\.(js|wasm)$/ },
];

function madeElsewhere(): Plugin {
  let out = '';
  return {
    name: 'made-elsewhere',
    configResolved: (config) => {
      out = resolve(config.root, config.build.outDir);
    },
    configureServer: (server) => {
      for (const { url, folder } of made) {
        server.middlewares.use(`/${url}`, sirv(folder, { dev: true }));
      }
    },
    closeBundle: () => {
      for (const { url, folder, files } of made) {
        if (!existsSync(folder)) continue;
        const filter = (from: string) => from === folder || files.test(from.slice(folder.length));
        cpSync(folder, join(out, url), { recursive: true, filter });
      }
    },
  };
}

/** Only in the build: the development server itself needs inline scripts. */
function strictPolicy(): Plugin {
  return {
    name: 'strict-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  root: join(root, 'web'),
  base: process.env.BASE ?? '/',
  plugins: [react(), madeElsewhere(), strictPolicy()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    // The policy allows no data: fonts.
    assetsInlineLimit: 0,
    // CodeMirror is one lazy chunk of about 520 kB.
    chunkSizeWarningLimit: 600,
  },
});
