import type { Run } from './run.ts';

/** A Task has one Job, ever, and one more for each time that it may be tried again: another would spend and push a second time. */
export function atMostOneJob({ history }: Pick<Run, 'history'>): string[] {
  return history.of('Task').flatMap((task) => {
    const jobs = history.of('Job').filter(({ ownerUid }) => ownerUid === task.uid);
    const retries = Number(task.last.metadata.annotations?.['taskwright.dev/retry-limit'] ?? 0);
    return jobs.length > 1 + retries ? [`Task "${task.name}" (${task.uid}) had ${jobs.length} Jobs: ${jobs.map(({ name, bornAt, goneAt }) => `${name} ${bornAt}–${goneAt ?? ''}`).join(', ')}`] : [];
  });
}
