import { Course } from '../wasm/toolchain/node.ts';
const course = await Course.open('build/course');
const grader = await course.grader();
for (const slug of process.argv.slice(2)) {
  const lesson = await course.lesson(slug);
  const rows: Record<string, number>[] = [];
  for (let i = 0; i < 12; i++) { const g = await grader.grade(lesson, lesson.reference + `\n// ${i}`, { seed: 1, findPlaces: false }); rows.push(g.seconds as never); }
  const med = (k: string) => rows.slice(4).map((r) => r[k]!).sort((a, b) => a - b)[4]!.toFixed(3);
  console.log(slug, 'compile', med('compile'), 'link', med('link'), 'run', med('run'), 'tests', lesson.tests.length);
}
process.exit(0);
