import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/** A deleted Task stays until its agent has stopped: whoever waits for its branch must not find two at work. */
export function nothingRunsOn({ history }: Pick<Run, 'history'>): string[] {
  const lives = [...history.lives.values()];
  return history.of('Task').filter(({ goneAt }) => goneAt !== undefined).flatMap((task) => {
    const jobs = lives.filter(({ kind, ownerUid }) => kind === 'Job' && ownerUid === task.uid);
    const pods = lives.filter(({ kind, ownerUid }) => kind === 'Pod' && jobs.some(({ uid }) => uid === ownerUid));
    const runsOn = ({ goneAt = Infinity, endedAt = Infinity }: Life) => Math.min(goneAt, endedAt) > task.goneAt!;
    // What is left of an attempt that was followed by another goes with the Task, a moment after it.
    const hasEnded = ({ uid }: Life) => pods.some(({ ownerUid }) => ownerUid === uid) && !pods.some((pod) => pod.ownerUid === uid && runsOn(pod));
    return [...jobs.filter((job) => !hasEnded(job)), ...pods]
      .filter(runsOn)
      .map(({ kind, name, bornAt, goneAt }) => `${kind} "${name}" was there from ${bornAt} to ${goneAt ?? 'the end'}, and its Task "${task.name}" was gone at ${task.goneAt}`);
  });
}
