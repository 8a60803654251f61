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

const files = readdirSync(MANIFESTS).sort();

test('every manifest of the corpus becomes a program that compiles strictly and synthesizes to the same objects', async () => {
  expect(files.length).toBeGreaterThanOrEqual(40);
  const programs = await Promise.all(files.map((file) => importedProgram(file, MANIFESTS)));
  const folder = programFolder(programs);
  await expectCompiles(folder, programs.length);
  const made = await synthesized(folder, programs.length);
  expect(files.flatMap((file, index) => differences(programs[index]!.expected, made[index]!).map((line) => `${file}: ${line}`))).toEqual([]);
});

test('random objects of our kinds and of others come back the same, and their programs compile', async () => {
  const asked = process.env['TASKWRIGHT_SEED'];
  const seed = asked === undefined ? SEED : asked === 'random' ? fc.sample(fc.nat(), 1)[0]! : Number(asked);
  const samples = fc.sample(manyObjects(), { numRuns: 40, seed });
  const folder = folderWith(Object.fromEntries(samples.map((objects, index) => [`${index}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })])));
  const programs = await Promise.all(samples.map((_, index) => importedProgram(`${index}.json`, folder)));
  const place = programFolder(programs);
  await expectCompiles(place, programs.length);
  const made = await synthesized(place, programs.length);
  expect(samples.flatMap((_, index) => differences(programs[index]!.expected, made[index]!).map((line) => `seed ${seed}, sample ${index}: ${line}`))).toEqual([]);
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
