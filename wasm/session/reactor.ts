/** A session of an engine that was linked from a student's objects: a program without a `main`. */
import { instantiate } from '../toolchain/program.ts';
import { Room, type RoomExports } from './room.ts';
import { type Arguments, check, type Kind, type Limits, LIMITS, type Session } from './session.ts';

/** What `wasm/session/exports.cpp` exports. */
interface Exports extends RoomExports {
  tt_start(bytes: number, tensors: number, scalars: number): number;
  tt_tensor(rank: number, count: number, letters: number, requiresGrad: number): number;
  tt_apply(integers: number, numbers: number, inputs: number, letters: number): number;
  tt_set(tensor: number, count: number): number;
  tt_backward(tensor: number, seed: number, retainGraph: number): number;
  tt_descend(rate: number): number;
  tt_zero_grad(): number;
  tt_shape(tensor: number): number;
  tt_values(tensor: number): number;
  tt_grad(tensor: number): number;
  tt_trace(): number;
  tt_clear(): number;
  tt_operations(): number;
}

const NO_GRADIENT = -2;

/**
 * Blocks while it computes, and a student's engine may never end: the caller is a worker that can be
 * killed. A trap is thrown as it is, and then the session can only be closed.
 */
export function reactorSession(
  module: WebAssembly.Module,
  limits: Limits = LIMITS,
  kind: Kind = 'tensors',
): Session {
  const wasm = instantiate(module) as unknown as Exports;
  const letters = new TextEncoder();

  const room = new Room(wasm);
  const asked = (answer: number) => room.asked(answer);
  const lay = (...lists: Parameters<Room['lay']>) => room.lay(...lists);
  const copy = (): ArrayBuffer => room.bytes().buffer;

  asked(wasm.tt_start(limits.bytes, limits.tensors, Number(kind === 'scalars')));
  return {
    tensor(shape, values, { requiresGrad = false, name = '' } = {}) {
      check.tensor(shape, values);
      const named = letters.encode(name);
      lay(Float64Array.from(shape), values, named);
      return asked(wasm.tt_tensor(shape.length, values.length, named.length, Number(requiresGrad)));
    },
    apply(op, inputs, options: Arguments = {}) {
      check.apply(op, inputs, options);
      const { integers = [], numbers = [] } = options;
      const named = letters.encode(op);
      lay(
        ...[Float64Array.from(integers), Float64Array.from(numbers)],
        ...[Uint32Array.from(inputs), named],
      );
      return asked(wasm.tt_apply(integers.length, numbers.length, inputs.length, named.length));
    },
    set(tensor, values) {
      check.number(tensor);
      lay(values);
      asked(wasm.tt_set(tensor, values.length));
    },
    backward(tensor, { seed = 0, retainGraph = false } = {}) {
      check.number(tensor);
      asked(wasm.tt_backward(tensor, seed, Number(retainGraph)));
    },
    descend: (rate) => void asked(wasm.tt_descend(rate)),
    zeroGrad: () => void asked(wasm.tt_zero_grad()),
    shape(tensor) {
      asked(wasm.tt_shape(tensor));
      return [...new Float64Array(copy())];
    },
    values(tensor) {
      asked(wasm.tt_values(tensor));
      return new Float32Array(copy());
    },
    grad(tensor) {
      const found = asked(wasm.tt_grad(tensor));
      return found === NO_GRADIENT ? null : new Float32Array(copy());
    },
    trace() {
      asked(wasm.tt_trace());
      return room.bytes();
    },
    clear: () => void asked(wasm.tt_clear()),
    operations() {
      asked(wasm.tt_operations());
      return room.text().trim().split('\n');
    },
    close: () => undefined,
  };
}
