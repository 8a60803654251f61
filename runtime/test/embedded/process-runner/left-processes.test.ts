import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/kube/clock.ts';
import { KubeClient } from '../../../src/kube/client.ts';
import { ApiServer } from '../../../src/embedded/api-server.ts';
import type { LocalImages } from '../../../src/embedded/images.ts';
import type { Pod } from '../../../src/embedded/pod.ts';
import { probeBubblewrap } from '../../../src/embedded/process-runner/bubblewrap.ts';
import { configFrom } from '../../../src/embedded/process-runner/config-source.ts';
import type { IsolationKind } from '../../../src/embedded/process-runner/isolation.ts';
import { endLeftProcesses } from '../../../src/embedded/process-runner/left-processes.ts';
import { pathMapping } from '../../../src/embedded/process-runner/path-mapping.ts';
import { ProcessRunner } from '../../../src/embedded/process-runner/process-runner.ts';
import { processBegan } from '../../../src/embedded/process-runner/process-group.ts';
import { Laptop } from './laptop.ts';
import { commandLines } from './command-lines.ts';

const probe = await probeBubblewrap();
const hasProcesses = process.platform === 'linux';

test('what an engine had no time to note is ended: whatever has its home in a Pod', async (context) => {
  if (!hasProcesses) return context.skip('processes are not files here');
  const dataDir = aDirectory();
  const home = join(dataDir, 'pods', 'uid', 'containers', 'main', '0', 'home');
  mkdirSync(home, { recursive: true });
  const left = started('sleep', ['86399'], { HOME: home });
  // Its parent ends, it has another session and no variable but one.
  const seconds = `86399.${process.pid}1`;
  const parent = started('sh', ['-c', `setsid env -i TMPDIR=${home} sleep ${seconds} &`], {});
  await once(parent, 'exit');
  const orphans = () => commandLines().filter((line) => line.startsWith('sleep') && line.includes(seconds));
  await expect.poll(() => orphans().length).toBe(1);
  const ofSomebodyElse = started('sleep', ['86399'], { HOME: `${dataDir}-2/pods/uid`, HERE: home });
  await endLeftProcesses(dataDir, systemClock);
  expect([left, ofSomebodyElse].map(({ pid }) => processBegan(pid!) !== undefined)).toEqual([false, true]);
  expect(orphans()).toEqual([]);
  ofSomebodyElse.kill('SIGKILL');
});

test('a sandbox that was cut off while it was made is ended, with all that is in it', async (context) => {
  if ('reason' in probe) return context.skip(`bubblewrap does not work here: ${probe.reason}`);
  const dataDir = aDirectory();
  const home = join(dataDir, 'pods', 'uid', 'containers', 'main', '0', 'home');
  mkdirSync(home, { recursive: true });
  const seconds = `86399.${process.pid}`;
  // Not to die with its parent is what a sandbox does whose parent died too early.
  const outer = started('bwrap', ['--unshare-user', '--unshare-pid', '--new-session', '--ro-bind', '/', '/', '--bind', home, '/mnt', '--', 'sleep', seconds], {});
  await expect.poll(() => commandLines().filter((line) => line.startsWith('sleep') && line.includes(seconds)).length).toBe(1);
  outer.kill('SIGKILL');
  await once(outer, 'exit');
  expect(commandLines().filter((line) => line.includes(seconds)).length).toBeGreaterThan(0);
  await endLeftProcesses(dataDir, systemClock);
  expect(commandLines().filter((line) => line.includes(seconds))).toEqual([]);
});

test.for<IsolationKind>(['bubblewrap', 'path-mapping'])('an engine that is killed while it starts Pods leaves nothing to the next one with %s', { timeout: 300_000 }, async (isolation, context) => {
  if (!hasProcesses) return context.skip('processes are not files here');
  if (isolation === 'bubblewrap' && 'reason' in probe) return context.skip(`bubblewrap does not work here: ${probe.reason}`);
  const program = fileURLToPath(new URL('./hasty-engine.ts', import.meta.url));
  for (const after of [1, 4, 7]) {
    const dataDir = aDirectory();
    const stateFile = join(dataDir, 'state');
    const seconds = `86399.${process.pid}${isolation.length}${after}`;
    const child = spawn(process.execPath, ['--conditions=taskwright-source', program, dataDir, stateFile, isolation, seconds], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let told = 0;
    for await (const _ of createInterface(child.stdout)) if ((told += 1) === after) child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const next = await Laptop.start({ dataDir, stateFile, isolation });
    await next.engine.stop();
    expect(commandLines().filter((line) => line.includes(seconds))).toEqual([]);
  }
});

test('a Pod that a watch still tells of after the stop is not started', async () => {
  const api = new ApiServer({ clock: systemClock });
  const started: string[] = [];
  const images: LocalImages = {
    resolve: (name) => {
      started.push(name);
      return Promise.resolve({ command: ['/bin/true'] });
    },
    explainUnknown: () => 'unknown',
  };
  const client = new KubeClient(api.transport, { userAgent: 'test', clock: systemClock });
  const node = { nodeName: 'here', ip: '127.0.0.1' };
  const runner = new ProcessRunner({ client, clock: systemClock, images, isolation: pathMapping, config: configFrom(client), node, dataDir: aDirectory(), recordEvent: () => {}, onError: () => {} });
  const pod = (name: string): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name }, spec: { nodeName: 'here', restartPolicy: 'Never', containers: [{ name: 'main', image: name }] } });
  runner.podChanged(pod('before'));
  await runner.stop();
  runner.podChanged(pod('after'));
  await runner.stop();
  expect(started).toEqual(['before']);
  await api.close();
});

function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'left-'));
}

function started(file: string, args: string[], env: Record<string, string>): ChildProcess {
  return spawn(file, args, { env: { PATH: process.env.PATH, ...env }, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
}
