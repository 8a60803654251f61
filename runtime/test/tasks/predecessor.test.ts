import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { type Need, Predecessor } from '../../src/tasks/predecessor.ts';
import type { TaskCaches } from '../../src/tasks/task-caches.ts';
import { aBudget } from '../budgets/budget-fixtures.ts';
import { aJob, aTask } from './task-fixtures.ts';

const signal = new AbortController().signal;

/** What the server has, and what of it the caches show. */
interface Scene {
  server?: Readonly<Record<string, readonly KubeObject[]>>;
  shown?: readonly KubeObject[];
  tasks?: readonly KubeObject[];
  budgets?: readonly KubeObject[];
  /** The server answers with so many objects at a time. */
  page?: number;
}

function aPredecessor({ server = {}, shown = [], tasks = [], budgets = [], page = 100 }: Scene) {
  const asked: string[] = [];
  const state = { shown: [...shown] };
  const cache = { reflects: (object: KubeObject) => state.shown.some(({ metadata }) => metadata.uid === object.metadata.uid) };
  const list = async ({ plural }: Resource, { continue: from = '0' }: { continue?: string }) => {
    asked.push(from === '0' ? plural : `${plural} from ${from}`);
    await setImmediate();
    const all = server[plural] ?? [];
    const end = Number(from) + page;
    return { items: all.slice(Number(from), end), metadata: end < all.length ? { continue: String(end) } : {} };
  };
  const caches = {
    budgets: { ...cache, list: () => budgets }, spawners: cache, jobs: cache, pods: cache, records: cache,
    tasks: { get: (key: string) => tasks.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key) },
  };
  const clock = new VirtualClock();
  const predecessor = new Predecessor({ client: { list } as unknown as KubeClient, caches: caches as unknown as TaskCaches, clock });
  return { asked, state, clock, predecessor, ask: (...needs: Need[]) => predecessor.ask('dev', needs, signal) };
}

const job = aJob();
const fix = aTask();

test.each<{ it: string; scene: Scene; needs: Need[]; answer: boolean; asked: string[] }>([
  { it: 'of a namespace without budgets only whether it has any', scene: {}, needs: ['budgets'], answer: true, asked: ['taskbudgets'] },
  { it: 'of a branch what is at work', scene: {}, needs: ['budgets', 'work'], answer: true, asked: ['taskbudgets', 'jobs', 'pods', 'taskrecords'] },
  { it: 'of a namespace with a budget the same, whoever asks', scene: { budgets: [aBudget()] }, needs: ['budgets'], answer: true, asked: ['taskbudgets', 'jobs', 'pods', 'taskrecords'] },
  { it: 'of a Task of a TaskSpawner which of them there are', scene: {}, needs: ['budgets', 'spawners'], answer: true, asked: ['taskbudgets', 'taskspawners'] },
  { it: 'of a limit of its spawner what is at work', scene: {}, needs: ['budgets', 'spawners', 'work'], answer: true, asked: ['taskbudgets', 'taskspawners', 'jobs', 'pods', 'taskrecords'] },
  { it: 'no further once something is not shown', scene: { server: { taskbudgets: [aBudget()] } }, needs: ['budgets', 'work'], answer: false, asked: ['taskbudgets'] },
  { it: 'page by page', scene: { server: { jobs: [job, aJob({ uid: 'j2' }), aJob({ uid: 'j3' })] }, shown: [job, aJob({ uid: 'j2' }), aJob({ uid: 'j3' })], tasks: [fix], page: 2 }, needs: ['budgets', 'work'], answer: true, asked: ['taskbudgets', 'jobs', 'jobs from 2', 'pods', 'taskrecords'] },
  { it: 'who the Task of a Job is: one that is not known has not been seen', scene: { server: { jobs: [job] }, shown: [job] }, needs: ['budgets', 'work'], answer: false, asked: ['taskbudgets', 'jobs'] },
  { it: 'nothing of a Job of another Task by that name', scene: { server: { jobs: [job] }, shown: [job], tasks: [aTask({ uid: 'new' })] }, needs: ['budgets', 'work'], answer: false, asked: ['taskbudgets', 'jobs'] },
  { it: 'nothing of a Job that goes', scene: { server: { jobs: [aJob({ deletionTimestamp: '2026-01-01T00:00:00Z' })] }, shown: [job] }, needs: ['budgets', 'work'], answer: true, asked: ['taskbudgets', 'jobs', 'pods', 'taskrecords'] },
])('the server is asked $it', async ({ scene, needs, answer, asked }) => {
  const { ask, asked: requests, predecessor } = aPredecessor(scene);
  expect([await ask(...needs), requests, predecessor.isKnown('dev', needs)]).toEqual([answer, asked, answer]);
});

test('a namespace is asked about once, however many Tasks ask at a time, and no other with it', async () => {
  const { ask, asked, predecessor } = aPredecessor({});
  expect(await Promise.all([ask('budgets', 'work'), ask('budgets', 'work'), ask('budgets')])).toEqual([true, true, true]);
  expect(await ask('budgets', 'work')).toBe(true);
  expect(asked).toEqual(['taskbudgets', 'jobs', 'pods', 'taskrecords']);
  expect(predecessor.isKnown('prod', ['budgets'])).toBe(false);
});

test('what the caches do not show is asked for again, until they do', async () => {
  const { ask, asked, state, predecessor } = aPredecessor({ server: { jobs: [job] }, tasks: [fix] });
  expect([await ask('budgets', 'work'), await ask('budgets', 'work')]).toEqual([false, false]);
  state.shown.push(job);
  expect([await ask('budgets', 'work'), predecessor.isKnown('dev', ['budgets', 'work'])]).toEqual([true, true]);
  expect(asked).toEqual(['taskbudgets', 'jobs', 'jobs', 'pods', 'taskrecords']);
});

test('while a watch lags the server is asked seldom, and more seldom each time, however often somebody wants to know', async () => {
  const { ask, asked, clock } = aPredecessor({ server: { jobs: [job] }, tasks: [fix] });
  const askedAt: number[] = [];
  for (let second = 0; second < 200; second += 1) {
    const before = asked.length;
    expect(await ask('budgets', 'work')).toBe(false);
    if (asked.length > before) askedAt.push(second);
    await clock.advance(1_000);
  }
  expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
});

test('a watch that lags is waited for a quarter of an hour, and then the caches are believed', async () => {
  const { ask, clock } = aPredecessor({ server: { jobs: [job] }, tasks: [fix] });
  expect(await ask('budgets', 'work')).toBe(false);
  await clock.advance(899_999);
  expect(await ask('budgets', 'work')).toBe(false);
  await clock.advance(1);
  expect(await ask('budgets', 'work')).toBe(true);
});
