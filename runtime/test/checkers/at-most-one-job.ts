import type { Run } from './run.ts';

/** A Task has one Job, ever: a second one would spend and push a second time. */
export function atMostOneJob({ history }: Run): string[] {
  return history.of('Task').flatMap((task) => {
    const jobs = history.of('Job').filter(({ ownerUid }) => ownerUid === task.uid);
    return jobs.length > 1 ? [`Task "${task.name}" (${task.uid}) had ${jobs.length} Jobs: ${jobs.map(({ name, bornAt, goneAt }) => `${name} ${bornAt}–${goneAt ?? ''}`).join(', ')}`] : [];
  });
}
