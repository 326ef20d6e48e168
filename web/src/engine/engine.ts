/** What figures ask of a running engine. A refusal is an `Error` with the engine's own message. */
export interface ShapeEngine {
  numel(shape: number[]): number;
  contiguousStrides(shape: number[]): number[];
  offsetOf(index: number[], shape: number[], strides: number[]): number;
  normalizeAxis(axis: number, rank: number): number;
  broadcastShapes(a: number[], b: number[]): number[];
  broadcastStrides(shape: number[], strides: number[], target: number[]): number[];
}

interface EngineModule {
  default(options: { locateFile: (file: string) => string }): Promise<ShapeEngine>;
}

let engine: Promise<ShapeEngine> | undefined;

/** Loads the reference engine, compiled to WebAssembly; the second call gives the same one. */
export function loadEngine(base: string): Promise<ShapeEngine> {
  engine ??= import(/* @vite-ignore */ `${base}engine/engine.js`).then((module: EngineModule) =>
    module.default({ locateFile: (file) => `${base}engine/${file}` }),
  );
  return engine;
}
