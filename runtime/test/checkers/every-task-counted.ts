import type { TaskSpawner } from '@taskwright/schema';
import type { Run } from './run.ts';

/** What a TaskSpawner says that it has made is never less than it was, and in the end not less than what there was. */
export function everyTaskCounted({ history }: Pick<Run, 'history'>): string[] {
  return history.of('TaskSpawner').filter(({ goneAt }) => goneAt === undefined).flatMap(({ uid, name, versions }) => {
    const counts = versions.map(({ object }) => (object as TaskSpawner).status?.totalTasksCreated ?? 0);
    const made = history.of('Task').filter(({ ownerUid, last }) => ownerUid === uid && last.metadata.annotations?.['taskwright.dev/ordinal'] !== undefined).length;
    const fell = counts.find((count, index) => count < (counts[index - 1] ?? 0));
    return [
      ...(fell === undefined ? [] : [`TaskSpawner "${name}" counted ${counts.join(', ')}`]),
      ...((counts.at(-1) ?? 0) < made ? [`TaskSpawner "${name}" says that it made ${counts.at(-1)} Tasks, and there were ${made}`] : []),
    ];
  });
}
