import { SPAWNED_ANNOTATIONS, SPAWNER_LABEL, type Task, type TaskSpawner } from '@taskwright/schema';
import { toKubeTime } from '../kube/time.ts';
import { parseRepository } from '../workspaces/repository.ts';
import { buildTask } from './build-task.ts';
import type { Data } from './field-template.ts';
import { triggersOf } from './trigger.ts';

export interface ManualRun {
  readonly spawner: TaskSpawner;
  /** A few letters and digits that tell this run from others. */
  readonly id: string;
  readonly now: Date;
  /** What the person gave, by the names of variables. It wins over what a manual run has of itself. */
  readonly values: Data;
  /** Left out: that of the spawner, `manual` and the id. `nameTemplate` is for events. */
  readonly name?: string;
}

/** Who asked for a Task, and of what it was made. */
export const MANUAL_ANNOTATIONS = { from: 'kelos.dev/created-from-taskspawner', type: 'kelos.dev/trigger-type', time: 'kelos.dev/trigger-time' } as const;

/** What templates may read of a manual run. The time of a schedule is always that of the run. */
export function manualVariables({ spawner, id, now, values }: ManualRun): Data {
  const time = toKubeTime(now);
  const { cron } = spawner.spec.when;
  return {
    ID: `manual-${id}`,
    Title: `Manual run of TaskSpawner ${spawner.metadata.name}`,
    Kind: 'Manual',
    TriggerType: 'manual',
    TriggerTime: time,
    ...values,
    ...(cron && { Time: time, Schedule: cron.schedule }),
  };
}

/**
 * The Task of a spawner that a person asks for. It is nobody's: without owner and label of the spawner no limit counts it, no look takes it for one of its own, and nothing
 * is reported of it.
 *
 * **Errors** TaskBuildError, as for an event.
 */
export function manualTask(run: ManualRun, context?: Readonly<Record<string, string>>): Task {
  const { spawner, id, now } = run;
  const { githubIssues, githubPullRequests } = spawner.spec.when;
  const repository = parseRepository(githubIssues?.repo ?? githubPullRequests?.repo ?? '');
  const task = buildTask({
    spawner,
    trigger: triggersOf(spawner)[0] ?? 'cron',
    name: run.name ?? manualName(spawner, id),
    ordinal: 0,
    event: {
      id: `manual-${id}`,
      nameSuffix: `manual-${id}`,
      summary: 'a manual run',
      variables: manualVariables(run),
      labels: [],
      annotations: { [MANUAL_ANNOTATIONS.from]: spawner.metadata.name!, [MANUAL_ANNOTATIONS.type]: 'manual', [MANUAL_ANNOTATIONS.time]: toKubeTime(now) },
      ...(repository && { upstreamRepo: `${repository.owner}/${repository.name}` }),
    },
    ...(context && { context }),
  });
  const { ownerReferences: _, labels = {}, annotations = {}, ...metadata } = task.metadata;
  return {
    ...task,
    metadata: { ...metadata, labels: without(labels, [SPAWNER_LABEL]), annotations: without(annotations, Object.values(SPAWNED_ANNOTATIONS)) },
  };
}

const NAME_LIMIT = 63;

function manualName(spawner: TaskSpawner, id: string): string {
  const suffix = `-manual-${id}`;
  return `${spawner.metadata.name!.slice(0, NAME_LIMIT - suffix.length).replace(/[-.]+$/, '')}${suffix}`;
}

function without(entries: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
}
