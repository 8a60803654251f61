import { agentConfigResource, type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import type { KubeRequest, KubeStream, Transport } from '../../src/kube/transport.ts';
import type { Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

/** Watches can be late, each by itself: what comes over them is held back until it is let through. */
class LateWatches implements Transport {
  readonly #inner: Transport;
  readonly #held = new Map<string, PromiseWithResolvers<void>>();

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  hold(plural: string): void {
    this.#held.set(plural, Promise.withResolvers());
  }

  letThrough(): void {
    for (const { resolve } of this.#held.values()) resolve();
    this.#held.clear();
  }

  request(request: KubeRequest) {
    return this.#inner.request(request);
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const { body, ...head } = await this.#inner.stream(request);
    const plural = request.path.split('?', 1)[0]!.split('/').at(-1)!;
    const held = this.#held;
    async function* late(): AsyncGenerator<Buffer> {
      for await (const chunk of body) {
        await held.get(plural)?.promise;
        yield chunk;
      }
    }
    return { ...head, body: late() };
  }

  async close(): Promise<void> {}
}

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Script): Promise<TestCluster & { late: LateWatches; operator: Operator }> {
  const cluster = await startCluster(script);
  const late = new LateWatches(cluster.api.transport);
  const operator = startOperator({ transport: late, clock: cluster.clock, images });
  running.push(cluster, operator);
  await operator.ready;
  return { ...cluster, late, operator };
}

const manifest = (spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name: 'fix', namespace: 'dev' }, spec: aTask({ spec }).spec });
const success: Script = { message: result(['commit: abc']) };
const foreignJob = {
  metadata: { name: 'fix', namespace: 'dev', labels: { 'kelos.dev/managed-by': 'kelos-controller', 'kelos.dev/component': 'task' } },
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
};

test('a Task whose Job is seen to end before its Pods do keeps what its agent left', async () => {
  const { clock, task, late, create } = await aCluster(success);
  late.hold('pods');
  await create(manifest());
  expect(await clock.runUntil(() => task()?.status?.phase === 'Succeeded', HOUR)).toBe(true);
  expect(task()?.status?.results).toEqual({ commit: 'abc' });
  late.letThrough();
});

test('a Task is not refused for a Job of its name that is gone already', async () => {
  const { clock, client, task, late, create } = await aCluster(success);
  await create(foreignJob as never, jobResource);
  await clock.settle();
  late.hold('jobs');
  await client.delete(jobResource, { namespace: 'dev', name: 'fix' });
  await create(manifest());
  await clock.advance(30_000);
  late.letThrough();
  expect(await clock.runUntil(() => task()?.status?.phase === 'Succeeded', HOUR)).toBe(true);
});

test('a deleted Task stays until its Pod is gone, though the Pod was never seen', async () => {
  const { clock, client, task, late, create } = await aCluster({ runsForMs: 600_000 });
  late.hold('pods');
  await create(manifest());
  await clock.advance(30_000);
  await client.delete(taskResource, { namespace: 'dev', name: 'fix' });
  await clock.advance(500);
  expect([task()?.metadata.name, (await client.list(podResource)).items.length]).toEqual(['fix', 1]);
  late.letThrough();
  expect(await clock.runUntil(() => task() === undefined, HOUR)).toBe(true);
  expect((await client.list(podResource)).items).toEqual([]);
});

test.each([
  { it: 'nothing held', finalizers: [] },
  { it: 'its finalizer held', finalizers: ['kelos.dev/finalizer'] },
])('a Task that is gone, and that $it, gets no Job from an operator whose watch of Tasks is late', async ({ finalizers }) => {
  const { clock, client, jobUids, late, create, task } = await aCluster(success);
  const { metadata, spec } = manifest({ workspaceRef: { name: 'shop' } });
  await create({ metadata: { ...metadata, finalizers }, spec } as Task);
  await clock.settle();
  late.hold('tasks');
  await client.patchMerge(taskResource, { namespace: 'dev', name: 'fix' }, { metadata: { finalizers: null } });
  await client.delete(taskResource, { namespace: 'dev', name: 'fix' });
  await create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
  await clock.advance(60_000);
  expect([task(), jobUids.size]).toEqual([undefined, 0]);
  late.letThrough();
});

test('an outcome is not taken back by an operator whose watch of Tasks is late', async () => {
  const { clock, client, task, late, create } = await aCluster({ runsForMs: 600_000 });
  await create(manifest());
  await clock.runUntil(() => task()?.status?.phase === 'Pending', HOUR);
  late.hold('tasks');
  // Another replica, say, which led for a moment.
  await client.patchMerge(taskResource, { namespace: 'dev', name: 'fix', subresource: 'status' }, { status: { phase: 'Failed', message: 'it is over' } });
  await clock.advance(60_000);
  expect(task()?.status).toMatchObject({ phase: 'Failed', message: 'it is over' });
  late.letThrough();
});

test('who waits for a branch is woken when the last Pod of a failed attempt is heard of late', async () => {
  const { clock, client, task, late, create } = await aCluster({ exitCode: 3, message: result([]) });
  const named = (name: string, spec: Partial<Task['spec']>): Task => ({ metadata: { name, namespace: 'dev', annotations: { 'taskwright.dev/retry-limit': '1', 'taskwright.dev/retry-backoff-seconds': '0' } }, spec: aTask({ spec: { branch: 'b', ...spec } }).spec });
  await create(named('older', { agentConfigRefs: [{ name: 'tools' }] }));
  await clock.advance(1_000);
  await create(named('younger', {}));
  expect(await clock.runUntil(() => task('younger')?.status?.phase === 'Running', HOUR)).toBe(true);
  late.hold('pods');
  await client.create(agentConfigResource, { metadata: { name: 'tools', namespace: 'dev' }, spec: {} } as never);
  await clock.settle();
  expect(task('older')?.status?.message).toBe('Waiting for branch "b" (locked by younger)');
  // It has failed, and waits for the branch again: whom it waits for waits for a Pod of its.
  expect(await clock.runUntil(() => task('younger')?.status?.message === 'Waiting for branch "b" (locked by older)', HOUR)).toBe(true);
  expect(task('older')?.status?.message).toBe('Waiting for branch "b" (locked by younger)');
  late.letThrough();
  expect(await clock.runUntil(() => ['older', 'younger'].every((name) => task(name)?.status?.phase === 'Failed'), HOUR)).toBe(true);
});
