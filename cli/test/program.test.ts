import { expect, test } from 'vitest';
import { readProgram } from '../src/program.ts';
import { folderWith } from './a-terminal.ts';

const ENV = { PATH: process.env['PATH'] };
const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const WRITES_ONE = `const { writeFileSync } = require('node:fs'); writeFileSync(process.env.CDK8S_OUTDIR + '/a.k8s.yaml', ${JSON.stringify(MANIFEST)});`;
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

interface Row { it: string; files: Record<string, string>; path: string }

test.each<Row>([
  { it: 'a folder with a cdk8s.yaml runs its app', files: { 'cdk8s.yaml': 'app: node app.cjs', 'app.cjs': WRITES_ONE }, path: '.' },
  { it: 'a folder without one runs main.ts', files: { 'main.ts': WRITES_ONE, 'package.json': '{"type":"commonjs"}' }, path: '.' },
  { it: 'a program is run', files: { 'p.mjs': WRITES_ONE.replace('const { writeFileSync } = require(\'node:fs\')', "import { writeFileSync } from 'node:fs'") }, path: 'p.mjs' },
  { it: 'manifests are read as they are', files: { 'a.yaml': `${MANIFEST}---\n# an empty document is no object\n` }, path: 'a.yaml' },
])('$it', async ({ files, path }) => {
  const { objects } = await readProgram(path, folderWith(files), ENV);
  expect(objects).toEqual([object]);
});

test.each<Row & { message: string }>([
  { it: 'nothing there', files: {}, path: 'fleet.ts', message: 'fleet.ts: no such file or folder; pass a program, for example: taskwright dev examples/first-task' },
  { it: 'a folder without a program', files: { 'x.txt': '' }, path: '.', message: ".: has neither a cdk8s.yaml nor a main.ts; pass the program's file" },
  { it: 'a cdk8s.yaml without app', files: { 'cdk8s.yaml': 'language: typescript' }, path: '.', message: 'cdk8s.yaml: app is missing; add the command that synthesizes, for example "app: node main.ts"' },
  { it: 'a kind of file that is no program', files: { 'main.py': '' }, path: 'main.py', message: 'main.py: cannot run ".py" files; pass a TypeScript program, a folder with a cdk8s.yaml, or YAML manifests' },
  { it: 'a program that forgot to synthesize', files: { 'main.ts': '' }, path: '.', message: 'node main.ts wrote no manifest; does it end with app.synth()?' },
  { it: 'a document that is no object', files: { 'a.yaml': 'kind: Task' }, path: 'a.yaml', message: 'a.yaml: a document has no apiVersion, kind and metadata.name; remove it or complete it' },
])('says what to do about $it', async ({ files, path, message }) => {
  await expect(readProgram(path, folderWith(files), ENV)).rejects.toThrow(message);
});

test('a program that throws is quoted without its stack', async () => {
  const folder = folderWith({ 'main.ts': "throw new Error('[fleet/fix] prompt: is empty\\n[fleet/fix] branch: is empty');" });
  const failure = await readProgram('.', folder, ENV).catch((error: Error) => error.message);
  expect(failure).toBe('node main.ts failed with exit code 1\nError: [fleet/fix] prompt: is empty\n[fleet/fix] branch: is empty');
});

test('a YAML document that unfolds into millions of nodes is refused', async () => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(',')}]`;
  const bomb = ['a: &a [x]', level('b', 'a'), level('c', 'b'), level('d', 'c'), level('e', 'd'), level('f', 'e')].join('\n');
  await expect(readProgram('a.yaml', folderWith({ 'a.yaml': bomb }), ENV)).rejects.toThrow(/[Aa]lias/);
});
