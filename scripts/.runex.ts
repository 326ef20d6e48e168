import { Course } from '../wasm/toolchain/node.ts';
const course = await Course.open('build/course');
const grader = await course.grader();
for (const slug of process.argv.slice(2)) {
  const lesson = await course.lesson(slug);
  let out = '';
  const end = await grader.run(lesson, { [slug]: lesson.reference }, lesson.example, { onOutput: (s: unknown) => { out += typeof s === 'string' ? s : JSON.stringify(s); }, limitSeconds: 60 } as never);
  console.log('=====', slug, JSON.stringify(end).slice(0, 3000)); console.log(out);
}
process.exit(0);
