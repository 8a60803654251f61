import type { KubeClient, KubeObject } from '@taskwright/runtime/kube';
import { taskResource, workspaceResource } from '@taskwright/schema';
import { aTask, inParallel } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import { playJobs } from './played-jobs.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

/** What a Task waits for, by its number. */
export type Gate = (index: number) => { readonly dependsOn?: readonly string[]; readonly branch?: string };

/** `length` Tasks in a row, each depending on the one before. */
export function chainsOf(length: number): Gate {
  return (index) => (index % length === 0 ? {} : { dependsOn: [nameOf(index - 1)] });
}

/** The Tasks take turns on so many branches of one repository. */
export function onBranches(count: number): Gate {
  return (index) => ({ branch: `branch-${index % count}` });
}

const WARM_UP_TASKS = 100;
const WORKSPACE = 'shop';

export interface ThroughGates {
  /** From the first create until the last Task has succeeded. */
  readonly tasksPerSecond: number;
  /** What the operator asked of the server for each Task, reads included. */
  readonly requestsPerTask: number;
}

export async function throughGates(server: BenchServer, start: OperatorSide, namespace: string, tasks: number, gate: Gate): Promise<ThroughGates> {
  const { client } = server;
  const operator = await start(server, { namespace });
  await createWorkspace(client, namespace);
  const watch = await taskWatch(client, namespace);
  const played = await playJobs(client, namespace);
  await inParallel(WARM_UP_TASKS, (index) => create(client, namespace, `warm-up-${index}`, {}));
  await watch.reached('Succeeded', WARM_UP_TASKS);
  const before = sum(await operator.requests());
  const startedAt = performance.now();
  await inParallel(tasks, (index) => createGated(client, namespace, index, gate));
  await watch.reached('Succeeded', tasks + WARM_UP_TASKS);
  const seconds = (performance.now() - startedAt) / 1_000;
  const requests = sum(await operator.requests()) - before;
  played.stop();
  watch.stop();
  await operator.program.end();
  return { tasksPerSecond: tasks / seconds, requestsPerTask: requests / tasks };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

export async function createWorkspace(client: KubeClient, namespace: string): Promise<void> {
  await client.create(workspaceResource, { metadata: { namespace, name: WORKSPACE }, spec: { repo: 'https://git.example.com/acme/shop.git', ref: 'main' } } as KubeObject);
}

export async function createGated(client: KubeClient, namespace: string, index: number, gate: Gate): Promise<void> {
  await create(client, namespace, nameOf(index), gate(index));
}

export function nameOf(index: number): string {
  return `gated-${index}`;
}

async function create(client: KubeClient, namespace: string, name: string, gate: ReturnType<Gate>): Promise<void> {
  const task = aTask(namespace, name) as KubeObject & { spec: object };
  const { spec } = task as { spec: { worker: object } };
  await client.create(taskResource, { ...task, spec: { ...spec, ...gate, worker: { ...spec.worker, workspaceRef: { name: WORKSPACE } } } } as KubeObject);
}
