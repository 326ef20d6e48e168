/** Trainings as native programs: milestones, and models that the page has saved. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDigits } from '../wasm/pack/digits.ts';
import {
  type ExperimentOptions,
  type Finding,
  printOptions,
  type Quality,
} from '../wasm/session/experiment.ts';

export interface Trained {
  quality: Quality;
  findings: Finding[];
  /** What the program printed, line by line. */
  lines: string[];
}

/** Runs wasm/runner/experiment.cpp. Throws an error with the program's words. */
function run(program: string, words: string[], input: string): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    let told = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0) {
        reject(new Error(complaint.trim().split('\n').at(-1) || `it ended with ${signal ?? code}`));
        return;
      }
      resolve(read(told.split('\n').filter(Boolean)));
    });
    child.stdin.on('error', () => undefined); // it may end without reading
    child.stdin.end(input);
  });
}

function read(lines: string[]): Trained {
  const rows = lines.map((line) => line.split('\t'));
  const [, loss, accuracy, examples] = rows.find(([word]) => word === 'quality') ?? [];
  const findings = rows.filter(([word]) => word === 'finding');
  return {
    quality: { loss: Number(loss), accuracy: Number(accuracy), examples: Number(examples) },
    findings: findings.map(([, holds, fact = '', detail = '']) => ({
      ...{ fact, holds: holds === '1', detail },
    })),
    lines,
  };
}

/** Writes the file of all digits into a folder. */
export async function writeDigits(folder: string): Promise<string> {
  const file = path.join(folder, 'digits.bin');
  const { all } = await makeDigits('.');
  await writeFile(file, all);
  return file;
}

/** Trains so many steps, and saves the model. */
export function trainNatively(
  program: string,
  options: ExperimentOptions,
  steps: number,
  model: string,
  digits: string,
): Promise<Trained> {
  const words = ['train', String(steps), model];
  if (options.data === 'digits') words.push(digits);
  return run(program, words, printOptions(options));
}

/** Says how good a saved model is. */
export function testModel(program: string, model: string, digits: string): Promise<Trained> {
  return run(program, ['test', model, digits], '');
}
