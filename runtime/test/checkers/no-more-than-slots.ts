import type { TaskSpawner } from '@taskwright/schema';
import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/** No more agents of a TaskSpawner work at a time than its `maxConcurrency` says. */
export function noMoreThanSlots({ history }: Run): string[] {
  return history.of('TaskSpawner').flatMap((spawner) => {
    const limit = (spawner.last as TaskSpawner).spec.maxConcurrency ?? 0;
    if (limit === 0) return [];
    const pods = history.of('Pod').filter((pod) => history.lives.get(history.lives.get(pod.ownerUid ?? '')?.ownerUid ?? '')?.ownerUid === spawner.uid);
    return pods.flatMap((pod) => {
      const besides = pods.filter((other) => other !== pod && other.bornAt <= pod.bornAt && pod.bornAt < endOf(other));
      return besides.length < limit ? [] : [`Pod "${pod.name}" began at ${pod.bornAt} beside ${besides.map(({ name }) => name).join(', ')}; TaskSpawner "${spawner.name}" has ${limit} slots`];
    });
  });
}

function endOf({ endedAt, goneAt }: Life): number {
  return Math.min(endedAt ?? Infinity, goneAt ?? Infinity);
}
