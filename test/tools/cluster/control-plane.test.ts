import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { BuildError, SetupError, tool } from '../tool';

const { startControlPlane } = await tool<{ startControlPlane(options: { commands: Record<string, string[]>; folder: string; endWithParent: boolean }): Promise<unknown> }>('cluster/control-plane.mjs');

beforeEach((context) => context.skip(process.platform !== 'linux', 'a control plane runs on Linux only'));

/** etcd says this and ends; the API server waits for it. */
async function startOf(said: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-control-plane-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const etcd = ['/bin/sh', '-c', `echo '${said}' >&2; exit 1`, 'sh'];
  const apiServer = [process.execPath, '-e', `require('node:net').createServer().listen(0, '127.0.0.1')`, '--'];
  return await startControlPlane({ commands: { etcd, 'kube-apiserver': apiServer }, folder, endWithParent: false }).catch((error: unknown) => error);
}

test('a control plane that does not know a flag of ours is broken by us', async () => {
  const error = await startOf('Error: unknown flag: --endpoint-reconciler-type');
  expect(error).toEqual(new BuildError('the control plane does not start: etcd ended; the end of its log:\nError: unknown flag: --endpoint-reconciler-type'));
  expect(error).toBeInstanceOf(BuildError);
});

test('a control plane that the machine has no room for is what the machine lacks', async () => {
  const error = await startOf('listen tcp 127.0.0.1:2379: bind: address already in use');
  expect(error).toEqual(new SetupError('the control plane does not start: etcd ended; the end of its log:\nlisten tcp 127.0.0.1:2379: bind: address already in use'));
  expect(error).toBeInstanceOf(SetupError);
});
