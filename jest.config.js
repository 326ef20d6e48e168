/** Libraries that ship only ES modules; Jest reads CommonJS, so they are compiled too. */
const modules = [
  '@bjorn3/browser_wasi_shim',
  'comlink',
  'wouter',
  'regexparam',
  'idb',
  'react-error-boundary',
  'd3-[a-z-]+',
  'internmap',
];

const transform = {
  '^.+\\.(t|j|mj)sx?$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', tsx: true },
        transform: { react: { runtime: 'automatic' } },
        target: 'es2022',
      },
    },
  ],
};

/** Copies and downloads, which are nobody's modules. */
const modulePathIgnorePatterns = ['<rootDir>/build/', '<rootDir>/dist/'];

/** Tests of the toolchain and of the built page, which are ES modules: `import.meta` must work. */
const native = {
  modulePathIgnorePatterns,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
  },
};

export default {
  projects: [
    {
      displayName: 'web',
      modulePathIgnorePatterns,
      testEnvironment: 'jsdom',
      testMatch: ['<rootDir>/tests/web/*.test.tsx'],
      setupFilesAfterEnv: ['<rootDir>/tests/web/setup.ts'],
      moduleNameMapper: { '\\.css$': 'identity-obj-proxy' },
      transform,
      transformIgnorePatterns: [`/node_modules/(?!(${modules.join('|')})/)`],
    },
    {
      displayName: 'content',
      modulePathIgnorePatterns,
      testEnvironment: 'node',
      testMatch: ['<rootDir>/tests/web/*.test.ts'],
      transform,
      // Markdown's libraries are some eighty small ES modules: all but the big CommonJS ones.
      transformIgnorePatterns: ['/node_modules/(katex|yaml|zod|@lezer|@swc)/'],
    },
    {
      ...native,
      displayName: 'regression',
      testEnvironment: '<rootDir>/tests/regression/environment.mjs',
      testMatch: ['<rootDir>/tests/regression/**/*.test.ts'],
    },
    { ...native, displayName: 'browser', testMatch: ['<rootDir>/tests/web/browser/**/*.test.ts'] },
  ],
};
