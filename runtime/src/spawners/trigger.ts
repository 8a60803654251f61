import type { TaskSpawner } from '@taskwright/schema';
import type { TriggerName } from '../sources/source.ts';

/** What a TaskSpawner waits for; an empty list when it says nothing, several when it says too much. */
export function triggersOf({ spec: { when } }: TaskSpawner): TriggerName[] {
  return (Object.keys(when) as TriggerName[]).filter((name) => when[name] !== undefined);
}

/** The place of an event in `priorityLabels` of its trigger: 0 first; `undefined` when none of its labels is there, or its trigger has none. */
export function priorityOf({ spec }: TaskSpawner, trigger: TriggerName, labels: readonly string[]): number | undefined {
  const { priorityLabels = [] } = (spec.when[trigger] ?? {}) as { priorityLabels?: readonly string[] };
  const place = priorityLabels.findIndex((label) => labels.includes(label));
  return place === -1 ? undefined : place;
}
