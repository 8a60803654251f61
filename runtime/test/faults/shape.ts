import { type Task } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import type { Pod } from '../../src/embedded/pod.ts';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { Script } from '../tasks/fake-kubelet.ts';
import { aTask, result } from '../tasks/task-fixtures.ts';
import type { History } from './history.ts';
import type { Outside } from './outside.ts';

/** What no status, event or log line may ever hold. */
export const SECRET_VALUE = 'sk-do-not-print-me';

/** Something a person does, once, as soon as the cluster looks like that. Not before its time, so that runs differ. */
export interface Deed {
  readonly when: (history: History) => boolean;
  readonly afterMs: number;
  readonly act: (client: KubeClient, outside: Outside) => Promise<unknown>;
}

/** A Task, or some that belong together, and what happens around them. */
export interface Shape {
  readonly tasks: Readonly<Record<string, Partial<Task['spec']>>>;
  /** Of all its Tasks. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly script?: Script | ((pod: Pod) => Script);
  readonly deeds?: readonly Deed[];
  /** It has TaskSpawners: its Tasks are those that they make of what happens outside. */
  readonly isSpawned?: true;
  /** How long nobody is there after an operator died, in milliseconds. Left out: a few seconds. */
  readonly awayMs?: number;
  /** What the agent left can be gone before anyone looked: only how it ended has to be the same. */
  readonly mayLoseOutcome?: true;
}

export const NAMESPACE = 'dev';
export const success = (name: string): Script => ({ message: result([`branch: ${name}`, `commit: of-${name}`, 'cost-usd: 0.5', 'input-tokens: 10']) });
export const always = () => true;
export const hasJob = (name: string) => (history: History) => history.of('Job').some((job) => job.name === name);
export const phaseIs = (name: string, phase: string) => (history: History) => history.task(name)?.statuses.at(-1)?.status.phase === phase;
export const isGone = (name: string) => (history: History) => history.task(name)?.goneAt !== undefined;

export function make(object: object, resource: Resource): Deed['act'] {
  return (client) => client.create(resource, { ...object, metadata: { namespace: NAMESPACE, ...(object as KubeObject).metadata } } as KubeObject);
}

export function remove(resource: Resource, name: string): Deed['act'] {
  return async (client) => {
    try {
      await client.delete(resource, { namespace: NAMESPACE, name }, { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
}

export const aSecret = (name: string, data: Record<string, string>) => make({ metadata: { name }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) }, secretResource);
/** The task of `spec`, as a user writes it. */
export function taskOf(name: string, spec: Partial<Task['spec']>, { labels = {}, annotations = {} }: Pick<Shape, 'labels' | 'annotations'> = {}): Task {
  return { metadata: { name, namespace: NAMESPACE, labels, annotations }, spec: aTask({ spec }).spec };
}
