/** What `work.json` may hold. The file comes from outside, so nothing in it is believed unread. */
import * as z from 'zod/mini';
import type { LessonRecord } from './records.ts';

/** A record whose texts stand in files of their own. */
export type Stored = Omit<LessonRecord, 'files'> & { files: Record<string, string> };

interface Contents {
  at: number;
  lessons: Stored[];
}

// Its faster way makes code from text, which the page's policy forbids.
z.config({ jitless: true });

const verdict = z.enum([
  ...(['passed', 'failed', 'compileError', 'missing', 'crashed', 'timeout'] as const),
  ...(['outOfMemory', 'tooMuchOutput', 'incomplete', 'forged', 'cancelled'] as const),
]);
const place = z.object({
  file: z.string(),
  line: z.number(),
  column: z.optional(z.number()),
  endLine: z.optional(z.number()),
  endColumn: z.optional(z.number()),
});
const edit = z.object({
  ...{ file: z.string(), line: z.number(), column: z.number() },
  ...{ endLine: z.number(), endColumn: z.number(), text: z.string() },
});
const message = {
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  location: z.nullable(place),
  fix: z.optional(z.array(edit)),
  hint: z.optional(z.string()),
};
const note = z.object({ ...message, notes: z.optional(z.array(z.object(message))) });
const test = z.object({
  ...{ name: z.string(), step: z.string(), passed: z.boolean(), verdict, message: z.string() },
  ...{ expected: z.nullable(z.string()), actual: z.nullable(z.string()) },
  ...{ location: z.nullable(place), output: z.string() },
  stack: z.array(z.object({ function: z.string(), location: z.nullable(place) })),
});
const grade = z.object({
  ...{ lesson: z.string(), verdict, message: z.string(), tests: z.array(test) },
  steps: z.array(z.object({ name: z.string(), passed: z.boolean() })),
  diagnostics: z.array(note),
  ...{ missing: z.array(z.string()), blame: z.nullable(z.string()) },
  provenance: z.array(z.string()),
  seconds: z.object({ compile: z.number(), link: z.number(), run: z.number() }),
});
const version = z.object({
  ...{ path: z.string(), text: z.string(), at: z.number(), why: z.string() },
});
const lesson = z.object({
  ...{ slug: z.string(), version: z.string(), files: z.record(z.string(), z.string()) },
  cursors: z.record(z.string(), z.number()),
  hints: z.record(z.string(), z.number()),
  answers: z.record(z.string(), z.number()),
  predictions: z.record(
    z.string(),
    z.object({ guess: z.number(), measured: z.optional(z.number()) }),
  ),
  ...{ attempts: z.number(), grade: z.nullable(grade), accepted: z.nullable(z.string()) },
  ...{ versions: z.array(version), revealed: z.boolean() },
});
const contents = z.object({
  ...{ format: z.literal('tinytorch'), version: z.literal(1), at: z.number() },
  lessons: z.array(lesson),
});

/** The contents, or in words why they cannot be read. */
export function readContents(text: string): Contents | { reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: 'it is damaged' };
  }
  if (typeof json === 'object' && json !== null && 'version' in json) {
    const made = json.version;
    if (typeof made === 'number' && made > 1) {
      return { reason: 'a newer TinyTorch made it. Reload this page to get the newest' };
    }
  }
  const read = contents.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return { reason: `${issue?.path.join('.') ?? 'it'} is not what it must be` };
}
