/** Reads what `engine/trace.cpp` writes: see docs/trace.md. */

/** How every trace begins. */
export const TRACE_MAGIC = 'TTRC';

/** The one version that this file reads. */
export const TRACE_VERSION = 2;

/** What the elements of a tensor look like. */
export interface Summary {
  /** How many elements were looked at: all, or the first ones of very many. */
  count: number;
  /** Of the finite elements; NaN or infinite if there are none. */
  min: number;
  max: number;
  mean: number;
  std: number;
  nans: number;
  infinities: number;
  /** The first elements, row after row. */
  first: Float32Array;
}

export interface TracedTensor {
  number: number;
  shape: number[];
  summary: Summary;
  requiresGrad: boolean;
  /** The name that somebody gave it, or nothing. */
  name: string;
  /** Null for a tensor that no operation made. */
  operation: TracedOperation | null;
}

export interface TracedOperation {
  op: string;
  /** The source file that did it, such as `engine/ops/matmul.cpp`. */
  unit: string;
  inputs: number[];
  attributes: Record<string, string>;
  /** Bytes of the output; 0 for a view. */
  bytes: number;
  /** Bytes of the values that its derivatives will read. */
  keptBytes: number;
  flops: number;
  bytesRead: number;
  bytesWritten: number;
}

export type TraceEvent =
  /** A tensor came to be. */
  | { kind: 'tensor'; tensor: number }
  /** A backward pass began at this tensor. */
  | { kind: 'backward'; from: number }
  /** All contributions to this tensor had arrived: their sum. */
  | { kind: 'arrival'; tensor: number; sum: Summary }
  /** One input of the operation that made `from` got this. */
  | {
      kind: 'contribution';
      from: number;
      to: number;
      input: number;
      flops: number;
      shape: number[];
      summary: Summary;
    }
  /** What a leaf has added up after the pass. */
  | { kind: 'gradient'; tensor: number; summary: Summary }
  /** A tensor was changed in place, by a step of gradient descent. */
  | { kind: 'changed'; tensor: number; summary: Summary }
  | { kind: 'error'; message: string };

export interface Trace {
  /** By number; nothing stands at 0. */
  tensors: Map<number, TracedTensor>;
  events: TraceEvent[];
  /** How many records did not fit. */
  dropped: number;
}

/** A trace that cannot be read. Says what is wrong with it. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

const HEAD = 5;
const REQUIRES_GRAD = 1;
/** No tensor has more axes, so a larger number means that the bytes are no trace. */
const MOST_AXES = 64;

const KINDS = [
  ...['', 'text', 'tensor', 'operation', 'backward'],
  ...['arrival', 'contribution', 'gradient', 'error', 'dropped', 'changed'],
] as const;

/** Throws `TraceError` for bytes that are no trace of this version, or that contradict themselves. */
export function readTrace(bytes: Uint8Array): Trace {
  const head = new Reader(bytes, 0, bytes.length);
  if (head.text(Math.min(4, bytes.length)) !== TRACE_MAGIC) {
    throw new TraceError('These bytes are not a trace.');
  }
  const version = head.number();
  if (version !== TRACE_VERSION) {
    throw new TraceError(
      `The trace has version ${String(version)}; this page reads version ${String(TRACE_VERSION)}.`,
    );
  }
  const trace: Trace = { tensors: new Map(), events: [], dropped: 0 };
  const texts = new Map<number, string>();
  let at = head.at;
  while (at < bytes.length) {
    const start = new Reader(bytes, at, bytes.length);
    const kind = KINDS[start.byte()];
    const size = start.number();
    const record = new Reader(bytes, at + HEAD, at + HEAD + size);
    at += HEAD + size;
    if (at > bytes.length) {
      throw new TraceError('The trace ends in the middle of a record.');
    }
    read(kind, record, trace, texts);
  }
  return trace;
}

function read(
  kind: (typeof KINDS)[number] | undefined,
  record: Reader,
  trace: Trace,
  texts: Map<number, string>,
): void {
  const text = () => {
    const number = record.number();
    const found = texts.get(number);
    if (found === undefined) {
      throw new TraceError(`The trace names text ${String(number)}, which it does not have.`);
    }
    return found;
  };
  const known = () => {
    const number = record.number();
    if (!trace.tensors.has(number)) {
      throw new TraceError(`The trace names tensor ${String(number)}, which it does not have.`);
    }
    return number;
  };
  const add = (tensor: TracedTensor) => {
    if (tensor.number === 0 || trace.tensors.has(tensor.number)) {
      throw new TraceError(`The trace makes tensor ${String(tensor.number)} twice.`);
    }
    trace.tensors.set(tensor.number, tensor);
    trace.events.push({ kind: 'tensor', tensor: tensor.number });
  };
  switch (kind) {
    case 'text':
      texts.set(record.number(), record.text());
      break;
    case 'tensor': {
      const [number, name, flags] = [record.number(), text(), record.byte()];
      const requiresGrad = (flags & REQUIRES_GRAD) !== 0;
      const [shape, summary] = [record.shape(), record.summary()];
      add({ number, shape, summary, requiresGrad, name, operation: null });
      break;
    }
    case 'operation': {
      const [number, op, unit, flags] = [record.number(), text(), text(), record.byte()];
      const requiresGrad = (flags & REQUIRES_GRAD) !== 0;
      const inputs = record.list(known);
      const attributes = Object.fromEntries(record.list(() => [text(), text()] as const));
      const [bytes, keptBytes, flops] = [record.real(), record.real(), record.real()];
      const [bytesRead, bytesWritten] = [record.real(), record.real()];
      const operation = { op, unit, inputs, attributes, bytes, keptBytes, flops, bytesRead };
      const [shape, summary] = [record.shape(), record.summary()];
      const name = '';
      add({
        ...{ number, shape, summary, requiresGrad, name },
        operation: { ...operation, bytesWritten },
      });
      break;
    }
    case 'backward':
      trace.events.push({ kind, from: known() });
      break;
    case 'arrival':
      trace.events.push({ kind, tensor: known(), sum: record.summary() });
      break;
    case 'contribution': {
      const [from, to, input, flops] = [known(), known(), record.byte(), record.real()];
      const [shape, summary] = [record.shape(), record.summary()];
      trace.events.push({ kind, from, to, input, flops, shape, summary });
      break;
    }
    case 'gradient':
    case 'changed':
      trace.events.push({ kind, tensor: known(), summary: record.summary() });
      break;
    case 'error':
      trace.events.push({ kind, message: record.text() });
      break;
    case 'dropped':
      trace.dropped = record.number();
      break;
    default:
      throw new TraceError('The trace has a record of an unknown kind.');
  }
}

/** Reads numbers one after the other, and never beyond the end. */
class Reader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly end: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private take(size: number): number {
    const at = this.at;
    this.at += size;
    if (this.at > this.end || this.at > this.bytes.length) {
      throw new TraceError('The trace ends in the middle of a record.');
    }
    return at;
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }
  number(): number {
    return this.view.getUint32(this.take(4), true);
  }
  real(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  text(size = this.end - this.at): string {
    const at = this.take(size);
    return new TextDecoder().decode(this.bytes.subarray(at, at + size));
  }

  list<Item>(item: () => Item): Item[] {
    return Array.from({ length: this.byte() }, item);
  }

  shape(): number[] {
    const rank = this.byte();
    if (rank > MOST_AXES) {
      throw new TraceError(`The trace has a tensor of ${String(rank)} axes.`);
    }
    return Array.from({ length: rank }, () => this.real());
  }

  summary(): Summary {
    const [count, min, max] = [this.real(), this.real(), this.real()];
    const [mean, std] = [this.real(), this.real()];
    const [nans, infinities] = [this.number(), this.number()];
    const first = Float32Array.from({ length: this.byte() }, () =>
      this.view.getFloat32(this.take(4), true),
    );
    return { count, min, max, mean, std, nans, infinities, first };
  }
}
