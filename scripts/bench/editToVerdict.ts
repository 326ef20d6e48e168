/** From Ctrl-Enter to the verdict, beside what a student's own Makefile takes. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { run } from '../setup.mjs';
import { type Figure, median, ROUNDS, WARM_UPS } from './figure.ts';
import { editToVerdict, ready, WATCH } from './page.ts';

/** What a student's own Makefile would do: compile the unit, link it with the rest, run the tests. */
class NativeToolchain {
  private constructor(
    private readonly folder: string,
    private readonly objects: string[],
    private readonly file: string,
  ) {}

  static async prepare(lesson: LessonData): Promise<NativeToolchain> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tinytorch-bench-'));
    const number = String(lesson.number).padStart(2, '0');
    const check = `lessons/${number}-${lesson.slug}/check.cpp`;
    const engine = Object.keys(lesson.headers).map((header) => header.replace(/\.h$/, '.cpp'));
    const given = [
      ...engine.filter((file) => file !== lesson.unit && existsSync(file)),
      'wasm/runner/check.cpp',
      'wasm/runner/main.cpp',
      'wasm/runner/native.cpp',
    ];
    const objects = [check, ...given].map((source, index) => {
      const object = path.join(folder, `${String(index)}.o`);
      run('clang++', ['-std=c++20', '-O1', '-Wno-attributes', '-I.', '-c', source, '-o', object]);
      return object;
    });
    return new NativeToolchain(folder, objects, path.join(folder, 'unit.cpp'));
  }

  async editToVerdict(source: string, round: number): Promise<number> {
    await writeFile(this.file, `${source}// ${String(round)}\n`);
    const [object, program] = [path.join(this.folder, 'unit.o'), path.join(this.folder, 'program')];
    const started = performance.now();
    const steps: [string, string[]][] = [
      ['clang++', ['-std=c++20', '-O1', '-I.', '-c', this.file, '-o', object]],
      ['clang++', [object, ...this.objects, '-o', program]],
      [program, []],
    ];
    for (const [command, args] of steps) {
      if (spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
        throw new Error(`${command} ${args.join(' ')} failed`);
      }
    }
    return (performance.now() - started) / 1000;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

export async function benchEditToVerdict(
  page: Page,
  address: string,
  lesson: LessonData,
): Promise<Figure[]> {
  await page.goto(`${address}lesson/${lesson.slug}`);
  await ready(page);
  await page.evaluate(WATCH);
  const native = await NativeToolchain.prepare(lesson);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    ours.push(await editToVerdict(page, lesson.reference, round));
    theirs.push(await native.editToVerdict(lesson.reference, round));
  }
  await native.close();
  const seconds = median(ours.slice(WARM_UPS));
  const prefix = `edit-to-verdict/${lesson.slug}`;
  return [
    {
      name: `${prefix}/ratio-to-native`,
      value: seconds / median(theirs.slice(WARM_UPS)),
      unit: 'ratio',
      target: 1,
    },
    { name: `${prefix}/seconds`, value: seconds, unit: 's', target: null },
    { name: `${prefix}/first-seconds`, value: ours[0] ?? Number.NaN, unit: 's', target: null },
  ];
}
