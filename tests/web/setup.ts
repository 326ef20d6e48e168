import { TextDecoder as NodeTextDecoder, TextEncoder as NodeTextEncoder } from 'node:util';
import '@testing-library/jest-dom';
import { configure } from '@testing-library/dom';
import { toHaveNoViolations } from 'jest-axe';

expect.extend(toHaveNoViolations);

// A page with an editor, looked at by axe, on a busy machine. Jest does not heed a project's own
// `testTimeout`.
jest.setTimeout(30_000);
configure({ asyncUtilTimeout: 5000 });

// What jsdom leaves out. Layout is not simulated: every size is zero.

const rectangle = { x: 0, y: 0, top: 0, left: 0, right: 0, bottom: 0, width: 0, height: 0 };
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
Range.prototype.getBoundingClientRect = () => rectangle as DOMRect;

HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

globalThis.TextEncoder ??= NodeTextEncoder as typeof TextEncoder;
globalThis.TextDecoder ??= NodeTextDecoder as typeof TextDecoder;
globalThis.structuredClone ??= (value: unknown) => JSON.parse(JSON.stringify(value)) as never;

/** Media queries that hold; a test may name others. */
export const media = new Set<string>();

window.matchMedia = (query) =>
  ({
    matches: [...media].some((part) => query.includes(part)),
    addEventListener: () => {},
    removeEventListener: () => {},
  }) as unknown as MediaQueryList;

/** There is nothing to paint on. */
HTMLCanvasElement.prototype.getContext = () => null;

beforeEach(() => {
  media.clear();
  localStorage.clear();
});
