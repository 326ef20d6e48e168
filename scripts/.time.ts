import { Course } from '../wasm/toolchain/node.ts';
import { compileCommand } from '../wasm/toolchain/flags.ts';
const course = await Course.open('build/course');
const compiler = await course.compiler() as any;
const slug = process.argv[2]!;
const lesson = await course.lesson(slug);
const plan = lesson.link.units[slug]!;
const headers = Object.fromEntries(plan.headers.map((p: string) => [p, lesson.headers[p] ?? '']));
const source = { path: plan.file, text: lesson.reference, headers };
for (let i = 0; i < 10; i++) { const t = performance.now(); await compiler.compile(source, 'grade'); console.log((performance.now() - t).toFixed(0)); }
for (const extra of [['-fsyntax-only'], ['-emit-llvm-only'], ['-ftime-report']]) {
  const cmd = compileCommand('/' + source.path, 'grade').filter((x) => extra[0] === '-ftime-report' || x !== '-emit-obj');
  let best = 1e9, out: any;
  for (let i = 0; i < 6; i++) { const t = performance.now(); out = await compiler.llvm.run([...cmd, ...extra], compiler.files(source)); best = Math.min(best, performance.now() - t); }
  console.log(extra[0], best.toFixed(0), out.code);
  if (extra[0] === '-ftime-report') console.log(out.stderr.slice(0, 9000));
}
process.exit(0);
