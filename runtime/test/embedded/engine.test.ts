import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { startEngine } from '../../src/embedded/engine.ts';
import { localImages, type SimulatedContainer, type SimulatedExit } from '../../src/embedded/images.ts';
import { finishedBy, type Job, jobResource, type JobSpec } from '../../src/embedded/job-controller/job.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import { probeBubblewrap } from '../../src/embedded/process-runner/bubblewrap.ts';
import { secretResource } from '../../src/embedded/process-runner/config-source.ts';
import type { IsolationKind } from '../../src/embedded/process-runner/isolation.ts';
import { processBegan } from '../../src/embedded/process-runner/process-group.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { Laptop, NAMESPACE, statusOf } from './process-runner/laptop.ts';

const directories: string[] = [];
const aDirectory = () => directories[directories.push(mkdtempSync(join(tmpdir(), 'engine-'))) - 1]!;
afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true })));

describe('in virtual time', () => {
  type Run = (container: SimulatedContainer) => SimulatedExit | Promise<SimulatedExit>;

  async function simulated(run: Run) {
    const clock = new VirtualClock({ start: '2026-01-01T00:00:00Z' });
    const starting = startEngine({ clock, dataDir: aDirectory(), images: localImages({ agent: { run } }), isolation: 'path-mapping' });
    const engine = await clock.hold(starting);
    const { client } = engine;
    const job = async (spec: Partial<JobSpec> = {}) => {
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'agent' }] } };
      await client.create(jobResource, { metadata: { name: 'fix', namespace: NAMESPACE }, spec: { template, ...spec } } as Job);
    };
    const watched = new Map<string, KubeObject>();
    const stopWatching = new AbortController();
    const watch = async (resource: Resource) => {
      for await (const { type, object } of client.watch(resource, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, stopWatching.signal)) {
        if (type === 'BOOKMARK') continue;
        if (type === 'DELETED') watched.delete(`${resource.kind}/${object.metadata.name}`);
        else watched.set(`${resource.kind}/${object.metadata.name}`, object);
      }
    };
    for (const resource of [jobResource, podResource]) void watch(resource).catch(() => {});
    const theJob = () => watched.get('Job/fix') as Job | undefined;
    const pods = () => [...watched.values()].filter(({ kind }) => kind === 'Pod') as Pod[];
    const finished = () => clock.runUntil(() => theJob() !== undefined && finishedBy(theJob()!) !== undefined, { limitMs: 86_400_000 });
    const stop = async () => {
      stopWatching.abort();
      await engine.stop();
    };
    return { clock, engine, job, theJob, pods, finished, stop };
  }

  test('a Job completes with its Pod', async () => {
    const { job, finished, theJob, pods, stop } = await simulated(() => ({ log: 'done\n', terminationMessage: 'commit: 1' }));
    await job();
    expect(await finished()).toBe(true);
    expect(theJob()!.status).toMatchObject({ succeeded: 1, ready: 0, completionTime: '2026-01-01T00:00:00Z' });
    expect(pods().map((pod) => [pod.status!.phase, statusOf(pod)!.state.terminated!.message, pod.metadata.finalizers ?? []])).toEqual([['Succeeded', 'commit: 1', []]]);
    await stop();
  });

  test('a Job that fails is tried again after 10 s, then after 20 s, and then no more', async () => {
    const starts: number[] = [];
    const { clock, job, finished, theJob, stop } = await simulated(() => {
      starts.push(clock.now().getTime());
      return { exitCode: 1 };
    });
    await job({ backoffLimit: 2 });
    expect(await finished()).toBe(true);
    expect(starts.map((start) => Math.round((start - starts[0]!) / 1_000))).toEqual([0, 10, 30]);
    expect([theJob()!.status!.failed, finishedBy(theJob()!)!.reason]).toEqual([3, 'BackoffLimitExceeded']);
    await stop();
  });

  test('a Job past its deadline ends its Pod', async () => {
    let aborted = false;
    const { clock, job, finished, theJob, stop } = await simulated(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => {
        aborted = true;
        resolve({ exitCode: 143 });
      })),
    );
    await job({ activeDeadlineSeconds: 3_600 });
    expect(await finished()).toBe(true);
    expect([finishedBy(theJob()!)!.reason, aborted, Math.round(clock.elapsed() / 1_000)]).toEqual(['DeadlineExceeded', true, 3_600]);
    await stop();
  });

  test('a Job goes when its time has come, and its Pod with it', async () => {
    const { clock, job, finished, theJob, pods, stop } = await simulated(() => ({}));
    await job({ ttlSecondsAfterFinished: 60 });
    await finished();
    await clock.advance(59_000);
    expect(theJob()).toBeDefined();
    await clock.advance(2_000);
    expect([theJob(), pods()]).toEqual([undefined, []]);
    await stop();
  });

  test('a Job that is deleted takes its running Pod along', async () => {
    const { clock, engine, job, theJob, pods, stop } = await simulated(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ exitCode: 143 }))));
    await job();
    await clock.runUntil(() => pods()[0]?.status?.phase === 'Running', { limitMs: 60_000 });
    await engine.client.delete(jobResource, { namespace: NAMESPACE, name: 'fix' }, { propagationPolicy: 'Background' });
    expect(await clock.runUntil(() => theJob() === undefined && pods().length === 0, { limitMs: 60_000 })).toBe(true);
    await stop();
  });

  test('an image that cannot be had is tried again, later each time, until it can', async () => {
    const { clock, engine, pods, finished, stop } = await simulated(() => ({}));
    const containers = [{ name: 'main', image: 'unknown:1' }];
    await engine.client.create(jobResource, { metadata: { name: 'fix', namespace: NAMESPACE }, spec: { template: { spec: { restartPolicy: 'Never', containers } } } } as KubeObject);
    const waiting = () => statusOf(pods()[0])?.state.waiting;
    await clock.advance(9_000);
    expect([waiting()!.reason, waiting()!.message]).toEqual(['ErrImagePull', expect.stringContaining('image "unknown:1" is not known on this machine')]);
    await clock.advance(2_000);
    expect([waiting()!.reason, waiting()!.message]).toEqual(['ImagePullBackOff', expect.stringContaining('Back-off pulling image "unknown:1": ErrImagePull: image "unknown:1" is not known')]);
    expect(await finished()).toBe(false);
    await stop();
  });

  test('a Job waits for a Secret as long as it takes', async () => {
    const { clock, engine, pods, finished, stop } = await simulated(({ env }) => ({ exitCode: env.KEY === 'k' ? 0 : 1 }));
    const container = { name: 'main', image: 'agent', env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }] };
    await engine.client.create(jobResource, { metadata: { name: 'fix', namespace: NAMESPACE }, spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } } as KubeObject);
    await clock.advance(3_600_000);
    expect(statusOf(pods()[0])!.state.waiting!.reason).toBe('CreateContainerConfigError');
    await engine.client.create(secretResource, { metadata: { name: 'late', namespace: NAMESPACE }, data: { key: Buffer.from('k').toString('base64') } } as KubeObject);
    expect(await finished()).toBe(true);
    expect(Math.round(clock.elapsed() / 1_000)).toBeLessThan(3_605);
    await stop();
  });
});

describe('a restart', () => {
  test('finds what was done, and declares lost what was running', async () => {
    const dataDir = aDirectory();
    const stateFile = join(dataDir, 'state');
    const first = await Laptop.start({ dataDir, stateFile, isolation: 'path-mapping' });
    await first.pod('done', 'echo before');
    await first.finished('done');
    await first.pod('running', 'sleep 60');
    await first.until('running', (pod) => statusOf(pod)?.state.running !== undefined);
    await first.engine.stop();

    const second = await Laptop.start({ dataDir, stateFile, isolation: 'path-mapping' });
    const lost = await second.finished('running');
    expect([lost.status!.phase, statusOf(lost)!.state.terminated]).toMatchObject(['Failed', { exitCode: 137, reason: 'ContainerStatusUnknown' }]);
    expect((await second.finished('done')).status!.phase).toBe('Succeeded');
    expect(await second.log('done')).toBe('before\n');
    await second.stop();
  });

  test('after a crash runs nothing twice with bubblewrap', async (context) => {
    const probe = await probeBubblewrap();
    if ('reason' in probe) return context.skip(`bubblewrap does not work here: ${probe.reason}`);
    return crashAndStartAgain('bubblewrap');
  });
  test('after a crash runs nothing twice with path mapping', () => crashAndStartAgain('path-mapping'));

  async function crashAndStartAgain(isolation: IsolationKind): Promise<void> {
    const dataDir = aDirectory();
    const stateFile = join(dataDir, 'state');
    const crashing = fileURLToPath(new URL('./process-runner/crashing-engine.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=taskwright-source', crashing, dataDir, stateFile, isolation], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const second = await Laptop.start({ dataDir, stateFile, isolation });
    const lost = await second.finished('runner');
    expect(statusOf(lost)!.state.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
    const record = JSON.parse(readFileSync(join(dataDir, 'pods', lost.metadata.uid!, 'record.json'), 'utf8')) as { runs: { main: { state: { pid: number } } } };
    expect(processBegan(record.runs.main.state.pid)).toBeUndefined();
    expect(readFileSync(join(dataDir, 'pods', lost.metadata.uid!, 'volumes', 'work', 'starts'), 'utf8')).toBe('started\n');
    await second.stop();
  }

  test('clears away what belongs to no Pod', async () => {
    const dataDir = aDirectory();
    const first = await Laptop.start({ dataDir, isolation: 'path-mapping' });
    await first.pod('done', 'echo before');
    await first.finished('done');
    await first.engine.stop();
    expect(readdirSync(join(dataDir, 'pods'))).toHaveLength(1);
    const second = await Laptop.start({ dataDir, isolation: 'path-mapping' });
    expect(readdirSync(join(dataDir, 'pods'))).toEqual([]);
    await second.stop();
  });
});

test('stopping ends every process', async () => {
  const laptop = await Laptop.start({ isolation: 'path-mapping' });
  await laptop.pod('endless', 'trap "" TERM; while :; do sleep 0.05; done');
  const pod = await laptop.until('endless', (found) => statusOf(found)?.state.running !== undefined);
  const record = join(laptop.dataDir, 'pods', pod!.metadata.uid!, 'record.json');
  const { runs } = JSON.parse(readFileSync(record, 'utf8')) as { runs: { main: { state: { pid: number } } } };
  expect(processBegan(runs.main.state.pid)).toBeDefined();
  await laptop.stop();
  expect(processBegan(runs.main.state.pid)).toBeUndefined();
  expect(existsSync(laptop.dataDir)).toBe(false);
});
