import { execFile } from 'node:child_process';
import { readFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '@taskwright/runtime/kube';
import { parseAllDocuments } from 'yaml';
import { programText } from '../../src/import/program-text.ts';
import { readManifests } from '../../src/import/read-manifests.ts';
import { type Level, statementsFor } from '../../src/import/statements.ts';
import { folderWith } from '../a-terminal.ts';

const require = createRequire(import.meta.url);

export interface ImportedProgram {
  readonly text: string;
  readonly expected: readonly KubeObject[];
  /** How many objects are constructs, how many L1, and how many are as they are. */
  readonly levels: readonly [constructs: number, l1: number, objects: number];
}

export async function importedProgram(file: string, cwd: string): Promise<ImportedProgram> {
  const { manifests } = await readManifests([file], { cwd, withSecrets: true });
  const { statements, levels } = statementsFor(manifests);
  const count = (level: Level) => [...levels.values()].filter((each) => each === level).length;
  return { text: programText(statements, '// imported'), expected: manifests.map(({ object }) => object), levels: [count('construct'), count('l1'), count('object')] };
}

/** A folder of programs that find the compiled library, as a user's do. */
export function programFolder(programs: readonly ImportedProgram[]): string {
  const folder = folderWith({ 'package.json': '{ "type": "module" }', ...Object.fromEntries(programs.map(({ text }, index) => [`${index}.ts`, text])) });
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
  for (const name of ['cdk8s', 'cdk8s-taskwright', 'constructs']) symlinkSync(dirname(require.resolve(`${name}/package.json`)), join(folder, 'node_modules', name), 'junction');
  return folder;
}

/** What each program synthesizes. All of them run in one process of Node, since to start one takes longer than to run a program. */
export async function synthesized(folder: string, count: number): Promise<KubeObject[][]> {
  const places = Array.from({ length: count }, (_, index) => join(folder, 'dist', String(index)));
  const runs = places.map((place, index) => `process.env.CDK8S_OUTDIR = ${JSON.stringify(place)};\nawait import('./${index}.ts');\n`);
  writeFileSync(join(folder, 'all.ts'), runs.join(''));
  await promisify(execFile)(process.execPath, ['all.ts'], { cwd: folder, maxBuffer: 1e8 });
  return places.map((place) => readdirSync(place).sort().flatMap((file) => (
    parseAllDocuments(readFileSync(join(place, file), 'utf8'), { version: '1.1' }).map((document) => document.toJS() as KubeObject)
  )));
}
