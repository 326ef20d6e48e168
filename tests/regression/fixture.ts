/** A course of two small lessons, in a folder of its own: `two` is built on `one`. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CourseIndex } from '../../wasm/toolchain/types.ts';
import { pack, ROOT } from './toolchain.ts';

const HINT = ':::hint\nLook.\n:::\n';

function markdown(title: string, unit: string, steps: string[]): string {
  const step = (name: string) =>
    `::::step{name="${name}" title="${name}"}\nWrite it.\n\n${`${HINT}\n`.repeat(3)}::::\n`;
  const matter = `title: ${title}\npart: Numbers\nsummary: Small numbers.\nunit: ${unit}`;
  return `---\n${matter}\n---\n\nSome text.\n\n${steps.map(step).join('\n')}`;
}

/** Every file of the course: path -> text. */
export const FILES: Readonly<Record<string, string>> = {
  'engine/one.h': `#pragma once
namespace tt {
/// Gives the number and itself.
int twice(int number);
/// Gives half of an even number.
int half(int number);
}  // namespace tt
`,
  'engine/one.cpp': `#include "engine/one.h"

#include "engine/error.h"

namespace tt {
int twice(int number) {
  // BEGIN SOLUTION: twice: add the number to itself
  return number + number;
  // END SOLUTION
}

int half(int number) {
  // BEGIN SOLUTION: half: divide by 2
  return number / 2;
  // END SOLUTION
}
}  // namespace tt
`,
  'engine/two.h': `#pragma once
namespace tt {
/// Gives four times the number.
int four_times(int number);
}  // namespace tt
`,
  'engine/two.cpp': `#include "engine/two.h"

#include "engine/error.h"
#include "engine/one.h"

namespace tt {
int four_times(int number) {
  // BEGIN SOLUTION: four_times: twice is twice as much
  return twice(twice(number));
  // END SOLUTION
}
}  // namespace tt
`,
  'lessons/01-one/lesson.md': markdown('One', 'engine/one.cpp', ['twice', 'half']),
  'lessons/01-one/check.cpp': `#include "wasm/runner/check.h"

#include "engine/one.h"

using namespace tt;
using namespace tt::check;

CHECK_CASE("twice", "3 becomes 6") { expect_equal(call("twice", twice, 3), 6, "Add."); }
CHECK_CASE("twice", "a random number is doubled") {
  Draw draw;
  const int number = static_cast<int>(draw.between(1, 1000000));
  expect_equal(call("twice", twice, number), 2 * number, "Add.");
}
CHECK_CASE("half", "6 becomes 3") { expect_equal(call("half", half, 6), 3, "Divide."); }
`,
  'lessons/01-one/example.cpp': 'int main() {}\n',
  'lessons/01-one/mutants.yaml': '[]\n',
  'lessons/02-two/lesson.md': markdown('Two', 'engine/two.cpp', ['four_times']),
  'lessons/02-two/check.cpp': `#include "wasm/runner/check.h"

#include "engine/two.h"

using namespace tt;
using namespace tt::check;

CHECK_CASE("four_times", "3 becomes 12") {
  expect_equal(call("four_times", four_times, 3), 12, "Double it twice.");
}
CHECK_CASE("four_times", "0 stays 0") {
  expect_equal(call("four_times", four_times, 0), 0, "Nothing comes of nothing.");
}
`,
  'lessons/02-two/example.cpp': 'int main() {}\n',
  'lessons/02-two/mutants.yaml': '[]\n',
};

/** What a test changes: path -> new text, or null to leave the file out. */
export type Edits = Record<string, string | null>;

const made: string[] = [];

/** Writes the course to a new folder. */
export async function writeCourse(edits: Edits = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tinytorch-'));
  made.push(folder);
  for (const [file, text] of Object.entries({ ...FILES, ...edits })) {
    if (text !== null) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
  }
  await cp(path.join(ROOT, 'engine/error.h'), path.join(folder, 'engine/error.h'));
  return folder;
}

/** Packs such a course into its folder `packed`, with the repository's cache. */
export function packCourse(folder: string): Promise<CourseIndex> {
  return pack({
    root: ROOT,
    course: folder,
    out: path.join(folder, 'packed'),
    cache: path.join(ROOT, 'build/cache'),
    say: () => undefined,
  });
}

export async function removeCourses(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true })));
}
