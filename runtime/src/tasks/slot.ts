import type { Task } from '@taskwright/schema';
import { controllerOf, type KubeObject, type OwnerReference } from '../kube/object.ts';
import { ADMITTED } from './admission.ts';

/** On the Job and the Pods of a Task that a TaskSpawner made: the uid of the spawner. */
export const SLOT_LABEL = 'taskwright.dev/slot-of';

/** The TaskSpawner that made a Task, if one did. */
export function spawnerOf(task: Pick<Task, 'metadata'>): OwnerReference | undefined {
  const owner = controllerOf(task);
  return owner?.kind === 'TaskSpawner' ? owner : undefined;
}

/** Whose slot the agent of this Job or Pod takes. */
export function heldSlotOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[SLOT_LABEL];
}

/**
 * Nothing but a slot keeps this Task from starting, as far as anyone knows: either that is what it waits for, or nobody has looked at it yet. One that
 * waits for something else takes no slot and keeps nobody from one.
 */
export function wantsSlot({ metadata, status }: Task): boolean {
  if (metadata.deletionTimestamp) return false;
  if (!status?.phase) return true;
  return status.phase === 'Waiting' && IN_LINE.has(waitsBecauseOf({ status }) ?? '');
}

/** It has all but a slot, or leave to take it: among the Tasks of its own spawner it keeps its place on a branch. */
export function waitsForSlot({ status }: Task): boolean {
  return status?.phase === 'Waiting' && ['MaxConcurrencyReached', 'SpawningPaused'].includes(waitsBecauseOf({ status }) ?? '');
}

/** What a Task waits for that is its turn, or will be in seconds. */
const IN_LINE: ReadonlySet<string> = new Set(['MaxConcurrencyReached', 'SpawningPaused', 'GitHubTokenPending']);

function waitsBecauseOf({ status }: Pick<Task, 'status'>): string | undefined {
  return status?.conditions?.find(({ type }) => type === ADMITTED)?.reason;
}
