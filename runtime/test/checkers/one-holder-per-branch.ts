import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/** The agents of two Tasks never work on one branch at a time: one would push over the other. */
export function oneHolderPerBranch({ history }: Run): string[] {
  const pods = history.of('Pod').filter((pod) => lockOf(pod) !== undefined);
  return pods.flatMap((pod, index) => pods.slice(index + 1)
    .filter((other) => lockOf(other) === lockOf(pod) && other.ownerUid !== pod.ownerUid && pod.bornAt < endOf(other) && other.bornAt < endOf(pod))
    .map((other) => `Pod "${pod.name}" (${pod.bornAt}–${endOf(pod)}) and Pod "${other.name}" (${other.bornAt}–${endOf(other)}) were on one branch`));
}

function lockOf({ last }: Life): string | undefined {
  return last.metadata.labels?.['taskwright.dev/branch'];
}

function endOf({ endedAt, goneAt }: Life): number {
  return Math.min(endedAt ?? Infinity, goneAt ?? Infinity);
}
