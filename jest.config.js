/** Libraries that ship only ES modules; Jest reads CommonJS, so they are compiled too. */
const modules = ['@bjorn3/browser_wasi_shim', 'comlink', 'wouter', 'regexparam', 'idb'];

const transform = {
  '^.+\\.(t|j)sx?$': [
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
const transformIgnorePatterns = [`/node_modules/(?!(${modules.join('|')})/)`];

export default {
  projects: [
    {
      displayName: 'web',
      testEnvironment: 'jsdom',
      testMatch: ['<rootDir>/tests/web/**/*.test.tsx'],
      setupFilesAfterEnv: ['<rootDir>/tests/web/setup.ts'],
      moduleNameMapper: { '\\.css$': 'identity-obj-proxy' },
      transform,
      transformIgnorePatterns,
    },
  ],
};
