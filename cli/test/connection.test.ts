import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import { onTestFinished, expect, test } from 'vitest';
import { kubeconfigFor, readEngineConfig } from '../src/kubeconfig.ts';
import { containersHome, createRunFolder } from '../src/run-folder.ts';
import { folderWith, type } from './a-terminal.ts';

test('a running engine is found by the kubeconfig of its run', async () => {
  const folder = folderWith({});
  const run = await createRunFolder(join(folder, '.taskwright'), systemClock.now(), containersHome({ HOME: folder }));
  const api = new ApiServer({ clock: systemClock });
  const face = await api.listen();
  onTestFinished(() => face.close());
  writeFileSync(run.kubeconfig, kubeconfigFor(face));
  expect(await type(['get', 'namespaces', 'default', '-o', 'json'], { cwd: folder })).toMatchObject({ code: 0, err: '', out: expect.stringContaining('"name": "default"') });
});

const CA = Buffer.from('x').toString('base64');
const config = (cluster: string, user: string) => `clusters: [{name: c, cluster: {${cluster}, certificate-authority-data: ${CA}}}]\nusers: [{name: u, user: {${user}}}]\n`;

test.each([
  ['a server far away', config('server: "https://attacker.example"', 'token: t')],
  ['a server that only looks near', config('server: "https://127.0.0.1.attacker.example"', 'token: t')],
  ['a server without TLS', config('server: "http://127.0.0.1:1"', 'token: t')],
  ["a file of the user's as token", config('server: "https://127.0.0.1:1"', 'tokenFile: ../../.ssh/id_ed25519')],
  ["a file of the user's beside a token", config('server: "https://127.0.0.1:1"', 'token: t, client-key: ../../.ssh/id_ed25519')],
  ['no YAML', '{'],
])("a kubeconfig with %s, as a stranger's repository could bring it, is not used", async (_, text) => {
  expect(await readEngineConfig(join(folderWith({ kubeconfig: text }), 'kubeconfig'))).toBeUndefined();
});

test("looking at a stranger's repository changes no file of the user's", async () => {
  const folder = folderWith({ 'home/.profile': 'mine', '.taskwright/run/state.jsonl': '{"taskwright":"state","version":1}\n' });
  const data = join(folder, '.taskwright');
  symlinkSync('run', join(data, 'latest'));
  symlinkSync(join(folder, 'home/.profile'), join(data, 'run/state.jsonl.new'));
  mkdirSync(join(data, 'run/pods'));
  expect((await type(['get', 'namespaces'], { cwd: folder })).code).toBe(0);
  expect(readFileSync(join(folder, 'home/.profile'), 'utf8')).toBe('mine');
  expect(readdirSync(join(data, 'run'))).not.toContain('state.jsonl.new');
});
