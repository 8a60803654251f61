import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { differences } from '../../src/import/compare.ts';
import { folderWith } from '../a-terminal.ts';
import { importedProgram, programFolder, synthesized } from './programs.ts';
import { manyObjects } from './random-objects.ts';

const MANIFESTS = fileURLToPath(new URL('./manifests/', import.meta.url));
const SEED = 20_261_121;

/** Of each manifest: constructs, L1, and objects as they are. What is not a construct is of another kind, has deprecated or unknown fields, or says what no construct does. */
const LEVELS: Readonly<Record<string, readonly [constructs: number, l1: number, objects: number]>> = {
  '01-one-task': [0, 1, 0],
  '02-task-in-a-clone': [2, 0, 0],
  '03-task-with-rules': [2, 0, 0],
  '04-fork': [2, 0, 0],
  '05-pipeline': [4, 0, 0],
  '06-one-task-per-package': [4, 0, 0],
  '07-namespace-per-team': [12, 0, 3],
  '08-cloud-credentials': [2, 0, 0],
  '09-budgets': [3, 1, 0],
  '10-pool': [2, 0, 0],
  '11-older-version': [1, 0, 1],
  '12-spawner': [2, 0, 0],
  '13-session': [2, 0, 0],
  '14-echo-agent': [2, 1, 1],
  '15-agents-and-workers': [5, 0, 0],
  '16-monitor': [2, 0, 3],
  '17-other-objects': [0, 0, 3],
  '18-exported': [2, 0, 0],
  '19-unknown-fields': [1, 1, 3],
  '20-policy-and-shared-pod': [1, 0, 0],
  '21-same-names': [5, 0, 0],
  '22-groups-that-others-use': [7, 0, 0],
  '23-annotations': [4, 0, 0],
  '24-pool-of-workers': [2, 0, 1],
  '25-weekly': [2, 0, 0],
  '26-fork-of-issues': [2, 0, 0],
  '27-webhook': [2, 1, 0],
  '28-linear': [2, 0, 0],
  '29-file-patterns': [4, 0, 0],
  '30-errors': [2, 0, 0],
  '31-failing-checks': [1, 1, 0],
  '32-session-spawner': [0, 0, 1],
  '33-task-pipeline': [0, 0, 1],
  '34-gateway': [1, 0, 1],
  '35-hierarchy': [4, 0, 0],
  '36-local-proxy': [1, 0, 0],
  '37-own-server': [0, 1, 0],
  '38-fleet': [9, 0, 0],
  '39-as-json': [2, 0, 0],
  '40-annotated-and-clustered': [1, 0, 3],
  '41-pool-session-gateways': [8, 0, 0],
  '42-audit-pipeline': [2, 0, 0],
  '43-every-trigger': [9, 0, 0],
  '44-one-spawner-per-label': [4, 0, 0],
  '45-agents-in-a-circle': [5, 0, 0],
  '46-session-per-pull-request': [2, 0, 0],
  '47-forges': [4, 0, 0],
  '48-labels-of-work': [2, 0, 0],
};

const files = readdirSync(MANIFESTS).sort();

test('every manifest of the corpus becomes a program that compiles strictly and synthesizes to the same objects', async () => {
  expect(files.length).toBeGreaterThanOrEqual(40);
  const programs = await Promise.all(files.map((file) => importedProgram(file, MANIFESTS)));
  const folder = programFolder(programs);
  await expectCompiles(folder, programs.length);
  const made = await synthesized(folder, programs.length);
  expect(files.flatMap((file, index) => differences(programs[index]!.expected, made[index]!).map((line) => `${file}: ${line}`))).toEqual([]);
});

test('every object of the corpus is written on the highest level that can say it', async () => {
  const programs = await Promise.all(files.map((file) => importedProgram(file, MANIFESTS)));
  expect(Object.fromEntries(programs.map(({ levels }, index) => [files[index]!.replace(/\..*/, ''), levels]))).toEqual(LEVELS);
});

test('random objects of our kinds and of others come back the same, and their programs compile', async () => {
  const asked = process.env['TASKWRIGHT_SEED'];
  const seed = asked === undefined ? SEED : asked === 'random' ? fc.sample(fc.nat(), 1)[0]! : Number(asked);
  const samples = fc.sample(manyObjects(), { numRuns: 40, seed });
  const folder = folderWith(Object.fromEntries(samples.map((objects, index) => [`${index}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })])));
  const programs = await Promise.all(samples.map((_, index) => importedProgram(`${index}.json`, folder)));
  expect(programs.filter(({ text }) => text.includes('.event.')).length).toBeGreaterThan(0);
  const place = programFolder(programs);
  await expectCompiles(place, programs.length);
  const made = await synthesized(place, programs.length);
  expect(samples.flatMap((_, index) => differences(programs[index]!.expected, made[index]!).map((line) => `seed ${seed}, sample ${index}: ${line}`))).toEqual([]);
});

test('what templates read is read from the trigger, where it is the same text', async () => {
  const { text } = await importedProgram('43-every-trigger.yaml', MANIFESTS);
  await expect(text).toMatchFileSnapshot('./every-trigger.ts.txt');
});

test('a trigger that differs in each call is a variable of the function', async () => {
  const { text } = await importedProgram('44-one-spawner-per-label.yaml', MANIFESTS);
  await expect(text).toMatchFileSnapshot('./one-spawner-per-label.ts.txt');
});

test('of agents that name each other, one is known by its name', async () => {
  const { text } = await importedProgram('45-agents-in-a-circle.yaml', MANIFESTS);
  await expect(text).toMatchFileSnapshot('./agents-in-a-circle.ts.txt');
});

test('importing twice writes the same text', async () => {
  const [one, two] = await Promise.all(['07-namespace-per-team.yaml', '07-namespace-per-team.yaml'].map((file) => importedProgram(file, MANIFESTS)));
  expect(one!.text).toBe(two!.text);
});

test('values, groups and references are said once, as people would', async () => {
  const { text } = await importedProgram('06-one-task-per-package.yaml', MANIFESTS);
  await expect(text).toMatchFileSnapshot('./one-task-per-package.ts.txt');
});

test('a group whose constructs others use is a function that returns them', async () => {
  const { text } = await importedProgram('22-groups-that-others-use.yaml', MANIFESTS);
  await expect(text).toMatchFileSnapshot('./groups-that-others-use.ts.txt');
});

async function expectCompiles(folder: string, count: number): Promise<void> {
  const options = { strict: true, noEmit: true, target: 'es2023', module: 'nodenext', skipLibCheck: true, types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: Array.from({ length: count }, (_, index) => `${index}.ts`) }));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', '.'], { cwd: folder, maxBuffer: 1e8 }).then(() => '', ({ stdout }: { stdout: string }) => stdout);
  expect(output).toBe('');
}
