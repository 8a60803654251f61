import { SPAWNER_LABEL, type Task, type TaskSpawner, taskSpawnerKind } from '@taskwright/schema';
import { controllerOf, keyOf, type KubeObject } from '../kube/object.ts';
import { shorten } from '../tasks/names.ts';

/** A label's value holds this many characters; the name of a TaskSpawner may have more. */
const LABEL_LIMIT = 63;

export function spawnerLabelOf({ metadata: { name } }: KubeObject): string {
  return shorten(name!, LABEL_LIMIT);
}

/** Whether the Task is of this spawner and not of an earlier one of that name: who controls it says so, and where nobody does its label. */
export function belongs(task: Task, spawner: TaskSpawner): boolean {
  return spawnerIndex(task).some((value) => ownIndexes(spawner).includes(value));
}

/** For the index of Tasks by their spawner. */
export function spawnerIndex(task: Task): string[] {
  const owner = controllerOf(task);
  if (owner) return owner.kind === taskSpawnerKind.kind ? [owner.uid] : [];
  const label = task.metadata.labels?.[SPAWNER_LABEL];
  return label === undefined ? [] : [keyOf({ metadata: { namespace: task.metadata.namespace, name: label } })];
}

/** The values under which that index has the Tasks of a spawner. */
export function ownIndexes(spawner: TaskSpawner): string[] {
  const { namespace, uid } = spawner.metadata;
  return [uid!, keyOf({ metadata: { namespace, name: spawnerLabelOf(spawner) } })];
}

/** The key of the spawner that a change of the Task concerns, if one made it. */
export function spawnerKeysOf(task: Task): string[] {
  const owner = controllerOf(task);
  const name = owner?.kind === taskSpawnerKind.kind ? owner.name : owner === undefined ? task.metadata.labels?.[SPAWNER_LABEL] : undefined;
  return name === undefined ? [] : [keyOf({ metadata: { namespace: task.metadata.namespace, name } })];
}
