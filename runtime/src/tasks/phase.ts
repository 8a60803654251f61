import type { Task } from '@taskwright/schema';
import { failedAttemptsOf } from './failed-attempts.ts';
import { jobNameOf } from './names.ts';

/** A finished Task never changes again: its outcome is written together with the phase. */
export function isFinished({ status }: Task): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** It has, or had, a Job; or it failed before it could have one. */
export function hasStarted(task: Task): boolean {
  return isRunning(task) || isFinished(task);
}

/** It has a Job that was not seen to end. */
export function isRunning(task: Task): boolean {
  const { phase } = task.status ?? {};
  return (phase === 'Pending' || phase === 'Running') && !isBetweenAttempts(task);
}

/** Its last Job failed, and nobody has seen the next: what its status says is of the last. */
function isBetweenAttempts(task: Task): boolean {
  return failedAttemptsOf(task).length > 0 && task.status?.jobName !== jobNameOf(task);
}
