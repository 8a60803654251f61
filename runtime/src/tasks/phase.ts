import type { Task } from '@taskwright/schema';

/** A finished Task never changes again: its outcome is written together with the phase. */
export function isFinished({ status }: Task): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** It has, or had, a Job; or it failed before it could have one. */
export function hasStarted(task: Task): boolean {
  return isRunning(task) || isFinished(task);
}

/** It has a Job that was not seen to end. */
export function isRunning({ status }: Task): boolean {
  return status?.phase === 'Pending' || status?.phase === 'Running';
}
