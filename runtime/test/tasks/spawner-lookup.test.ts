import type { Task, TaskSpawner } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { SpawnerLookup } from '../../src/tasks/spawner-lookup.ts';
import { aTask } from './task-fixtures.ts';

const { signal } = new AbortController();
const spawner = (uid: string) => ({ metadata: { namespace: 'dev', name: 'x', uid } }) as TaskSpawner;
const mine: Task = aTask({ ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: 'u', controller: true }] });

function aLookup({ cached, served }: { cached?: TaskSpawner; served?: TaskSpawner | ApiError }) {
  const state = { cached, asked: 0 };
  const get = async () => {
    state.asked += 1;
    if (served instanceof ApiError) throw served;
    return served;
  };
  const spawners = { get: () => state.cached, remember: (object: TaskSpawner) => void (state.cached = object) };
  return { state, lookup: new SpawnerLookup({ client: { get } as unknown as KubeClient, spawners }) };
}

const refusal = (code: number, reason: string) => new ApiError('GET', { code, reason, message: 'no' } as never);

test.each<{ it: string; task: Task; cached?: TaskSpawner; isKnown: boolean }>([
  { it: 'a Task that nobody made needs no look', task: aTask(), isKnown: true },
  { it: 'a spawner that the cache shows is known', task: mine, cached: spawner('u'), isKnown: true },
  { it: 'another of its name is not it', task: mine, cached: spawner('other'), isKnown: false },
  { it: 'one that it does not show may exist', task: mine, isKnown: false },
])('$it', ({ task, cached, isKnown }) => {
  expect(aLookup(cached ? { cached } : {}).lookup.isKnown(task)).toBe(isKnown);
});

test('a spawner that the server has is in the cache from then on', async () => {
  const { lookup, state } = aLookup({ served: spawner('u') });
  await lookup.ask(mine, signal);
  expect([lookup.isKnown(mine), state]).toEqual([true, { cached: spawner('u'), asked: 1 }]);
});

test.each<{ it: string; served: TaskSpawner | ApiError }>([
  { it: 'is not there', served: refusal(404, 'NotFound') },
  { it: 'was made again', served: spawner('new') },
])('one that $it is gone for good', async ({ served }) => {
  const { lookup, state } = aLookup({ served });
  await lookup.ask(mine, signal);
  expect([lookup.isKnown(mine), state.cached]).toEqual([true, undefined]);
});

test('what the server does not tell is not known', async () => {
  const { lookup } = aLookup({ served: refusal(503, 'ServiceUnavailable') });
  await expect(lookup.ask(mine, signal)).rejects.toThrow('no');
  expect(lookup.isKnown(mine)).toBe(false);
});
