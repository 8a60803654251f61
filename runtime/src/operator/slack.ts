import type { TaskSpawner } from '@taskwright/schema';
import type { KubeClient } from '../kube/client.ts';
import { keyOf } from '../kube/object.ts';
import { type SlackApp, type SlackAppOptions, slackApp } from '../slack/slack-app.ts';
import type { Spawners } from './spawners.ts';

export interface OperatorSlackOptions extends Omit<SlackAppOptions, 'tasks' | 'spawners' | 'spawning' | 'contextOf'> {
  readonly client: KubeClient;
  /** Of each namespace that is watched, or of all. */
  readonly parts: readonly Spawners[];
}

/** Slack for the TaskSpawners of all namespaces that are watched. */
export function operatorSlack({ parts, ...options }: OperatorSlackOptions): SlackApp {
  const partOf = (spawner: TaskSpawner) => parts.find(({ caches }) => caches.spawners.get(keyOf(spawner)) !== undefined) ?? parts[0]!;
  return slackApp({
    ...options,
    tasks: parts.map(({ caches }) => caches.tasks),
    spawners: () => parts.flatMap(({ caches }) => caches.spawners.list()).filter(({ spec }) => spec?.when?.slack !== undefined),
    spawning: {
      take: (spawner, event, signal) => partOf(spawner).spawning.take(spawner, event, signal),
      skip: (spawner, skipped) => partOf(spawner).spawning.skip(spawner, skipped),
    },
    contextOf: (spawner, signal) => partOf(spawner).contextOf(spawner, signal),
  });
}
