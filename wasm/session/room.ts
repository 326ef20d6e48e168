/** How the page talks to a live program: the other side of `room.h`. */
import { Refusal } from './session.ts';

/** What every live program exports. */
export interface RoomExports {
  memory: WebAssembly.Memory;
  tt_room(bytes: number): number;
  tt_result(): number;
  tt_result_size(): number;
}

export type Numbers = Float64Array | Float32Array | Uint32Array | Uint8Array;

const FAILED = -1;

export class Room {
  constructor(private readonly wasm: RoomExports) {}

  /** Lays the arguments side by side, where the program reads them. */
  lay(...lists: Numbers[]): void {
    const bytes = lists.reduce((sum, list) => sum + list.byteLength, 0);
    let at = this.wasm.tt_room(bytes);
    const memory = new Uint8Array(this.wasm.memory.buffer);
    for (const list of lists) {
      memory.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
      at += list.byteLength;
    }
  }

  /** Gives the answer of a call. Throws `Refusal` with the program's message if it failed. */
  asked(answer: number): number {
    if (answer === FAILED) throw new Refusal(this.text());
    return answer;
  }

  /** A copy of the last result. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { memory } = this.wasm;
    return new Uint8Array(memory.buffer, this.wasm.tt_result(), this.wasm.tt_result_size()).slice();
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}
