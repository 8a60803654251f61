import type { TaskSpawner } from '@taskwright/schema';
import type { Run } from './run.ts';

/** A TaskSpawner makes no more Tasks than its `maxTotalTasks` says, counting those that are gone. */
export function totalsHold({ history }: Pick<Run, 'history'>): string[] {
  return history.of('TaskSpawner').flatMap((spawner) => {
    const limit = (spawner.last as TaskSpawner).spec.maxTotalTasks ?? 0;
    const made = history.of('Task').filter(({ ownerUid }) => ownerUid === spawner.uid);
    return limit > 0 && made.length > limit ? [`TaskSpawner "${spawner.name}" made ${made.length} Tasks, and may make ${limit}: ${made.map(({ name }) => name).join(', ')}`] : [];
  });
}
