import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** What users of other libraries do with our CRDs: one file for each group, so all definitions go in at once. */
let folder: string;
let definitions: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskwright-import-'));
  const files = (await readdir(join(root, 'crds'))).filter((file) => file.endsWith('.yaml'));
  definitions = await Promise.all(files.map((file) => readFile(join(root, 'crds', file), 'utf8')));
  await writeFile(join(folder, 'crds.yaml'), definitions.join('\n---\n'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const args = ['import', 'crds.yaml', '--language', 'typescript', '--output', '.', '--no-save', '--check-upgrade=false'];
  await run(process.execPath, [join(root, 'node_modules/cdk8s-cli/bin/cdk8s'), ...args], { cwd: folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('cdk8s import makes a construct of every version of every kind', async () => {
  const texts = await Promise.all(['kelos.dev.ts', 'kaos.tools.ts'].map((file) => readFile(join(folder, file), 'utf8')));
  const imported = texts.flatMap((text) => [...text.matchAll(/^export class (\w+) extends ApiObject/gm)].map(([, name]) => name!));
  const versions = definitions.flatMap((text) => {
    const { spec } = parse(text) as { spec: { names: { kind: string }; versions: { name: string; storage: boolean }[] } };
    return spec.versions.map(({ name, storage }) => (storage ? spec.names.kind : `${spec.names.kind}${name}`));
  });
  expect(imported.map((name) => name.toLowerCase()).sort()).toEqual(versions.map((name) => name.toLowerCase()).sort());
  // What cdk8s import puts in place of a word that it takes for code.
  expect(texts.join('')).not.toContain('__stripped_by_cdk8s__');
});

test('a program with the constructs of cdk8s import compiles, and synthesizes what it says', async () => {
  await writeFile(join(folder, 'main.ts'), `
import { App, Chart } from 'cdk8s';
import { Agent, McpServer, ModelApi, ModelApiSpecMode } from './kaos.tools';
import { Task, TaskSpecWorkerType, TaskSpecWorkerCredentialsType } from './kelos.dev';

const app = new App();
const chart = new Chart(app, 'fleet');
new ModelApi(chart, 'models', { metadata: { name: 'models' }, spec: { mode: ModelApiSpecMode.HOSTED, hostedConfig: { model: 'smollm2:135m' } } });
new McpServer(chart, 'calc', { metadata: { name: 'calc' }, spec: { runtime: 'python-string', params: 'def add(a: int, b: int) -> int:\\n  return a + b\\n' } });
new Agent(chart, 'helper', { metadata: { name: 'helper' }, spec: { modelApi: 'models', model: 'smollm2:135m', mcpServers: ['calc'] } });
new Task(chart, 'fix', {
  metadata: { name: 'fix' },
  spec: { prompt: 'Fix it.', worker: { type: TaskSpecWorkerType.CODEX, credentials: { type: TaskSpecWorkerCredentialsType.NONE } } },
});
app.synth();
`);
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', module: 'preserve', types: ['node'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: folder });
  // Compiled by who takes a second for these megabytes, not ten.
  await build({ absWorkingDir: folder, entryPoints: ['main.ts'], bundle: true, platform: 'node', external: ['cdk8s', 'constructs'], outfile: 'main.js' });
  await run(process.execPath, ['main.js'], { cwd: folder });
  const manifests = parseAllDocuments(await readFile(join(folder, 'dist/fleet.k8s.yaml'), 'utf8')).map((document) => document.toJS() as unknown);
  expect(manifests).toEqual([
    { apiVersion: 'kaos.tools/v1alpha1', kind: 'ModelAPI', metadata: { name: 'models' }, spec: { mode: 'Hosted', hostedConfig: { model: 'smollm2:135m' } } },
    { apiVersion: 'kaos.tools/v1alpha1', kind: 'MCPServer', metadata: { name: 'calc' }, spec: { runtime: 'python-string', params: 'def add(a: int, b: int) -> int:\n  return a + b\n' } },
    { apiVersion: 'kaos.tools/v1alpha1', kind: 'Agent', metadata: { name: 'helper' }, spec: { modelAPI: 'models', model: 'smollm2:135m', mcpServers: ['calc'] } },
    { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fix' }, spec: { prompt: 'Fix it.', worker: { type: 'codex', credentials: { type: 'none' } } } },
  ]);
});
