/** `npm run -s grade -- <lesson> <file.cpp> [--with name=file.cpp]... [--seed N] [--json]` */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Course } from '../wasm/toolchain/node.ts';
import type { Grade } from '../wasm/toolchain/types.ts';

const USAGE =
  'usage: npm run -s grade -- <lesson> <file.cpp> [--with name=file.cpp] [--seed N] [--json]';

class UsageError extends Error {}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code ?? error.message}`);
  });
}

function print(grade: Grade): void {
  console.log(`${grade.verdict}: ${grade.message}`);
  for (const { severity, message, location } of grade.diagnostics) {
    const place =
      location === null
        ? ''
        : `${location.file}:${String(location.line)}:${String(location.column ?? 1)}: `;
    console.log(`  ${place}${severity}: ${message}`);
  }
  for (const test of grade.tests) {
    console.log(`  ${test.passed ? 'ok  ' : 'FAIL'} ${test.step}: ${test.name}`);
    if (!test.passed) {
      console.log(`       ${test.verdict}: ${test.message}`);
      if (test.expected !== null) {
        console.log(`       expected ${test.expected}\n       got      ${test.actual ?? ''}`);
      }
      for (const frame of test.stack) {
        const at = frame.location;
        const place = at === null ? '' : `${at.file}:${String(at.line)}`;
        console.log(`       at ${frame.function} ${place}`);
      }
    }
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      with: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      course: { type: 'string', default: 'build/course' },
    },
  });
  const [slug, file] = positionals;
  if (slug === undefined || file === undefined || positionals.length > 2) {
    throw new UsageError(USAGE);
  }
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0)) {
    throw new UsageError(`--seed must be a whole number from 0, got "${String(values.seed)}"`);
  }
  const course = await Course.open(values.course);
  const lesson = await course.lesson(slug).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const studentUnits: Record<string, string> = {};
  for (const pair of values.with) {
    const [name = '', path = ''] = pair.split('=');
    if (!(name in lesson.link.units) || name === slug || path === '') {
      const earlier = Object.keys(lesson.link.units).filter((each) => each !== slug);
      throw new UsageError(
        `--with takes name=file.cpp with an earlier lesson of ${slug} (${earlier.join(', ') || 'it has none'}), got "${pair}"`,
      );
    }
    studentUnits[name] = await read(path);
  }
  const source = await read(file);
  const grader = await course.grader();
  const grade = await grader.grade(lesson, source, {
    studentUnits,
    ...(seed !== undefined && { seed }),
  });
  if (values.json) {
    console.log(JSON.stringify(grade));
  } else {
    print(grade);
  }
  return grade.verdict === 'passed' ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  const code = (error as { code?: string }).code ?? '';
  if (error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS')) {
    console.error((error as Error).message);
    process.exit(2);
  }
  throw error;
}
