import type { TaskSpawner } from '@taskwright/schema';
import type { Registry } from 'prom-client';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import { githubWebhook } from '../sources/github-webhook/github-webhook.ts';
import { LinearLabels } from '../sources/linear-webhook/linear-labels.ts';
import { linearWebhookSource } from '../sources/linear-webhook/linear-webhook.ts';
import { webhookSource } from '../sources/webhook/webhook.ts';
import type { SlackDoor } from '../webhooks/slack-door.ts';
import { type DeliverySettings, type DeliveryTaker, takeDeliveries } from '../webhooks/take-deliveries.ts';
import type { Spawners } from './spawners.ts';

/** What is known and done in one namespace, or in all. */
export interface DeliveryPart {
  /** Left out: all of them. */
  readonly namespace: string | undefined;
  readonly spawners: Spawners;
}

export interface DeliveriesOptions {
  readonly settings: DeliverySettings;
  readonly parts: readonly DeliveryPart[];
  readonly isReady: () => boolean;
  readonly pausedBy: () => string | undefined;
  /** Left out: nothing comes from Slack. */
  readonly slack?: SlackDoor;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly log?: Log;
  /** Left out: nothing is counted. */
  readonly registry?: Registry;
}

/** Takes deliveries for every part of the operator. A delivery concerns spawners of several; each is decided about where it is. */
export function startDeliveries({ settings, parts, isReady, pausedBy, slack, clock, onError, log, registry }: DeliveriesOptions): DeliveryTaker {
  const spawnersOf = (namespace: string) => parts.find((part) => part.namespace === undefined || part.namespace === namespace)?.spawners;
  const at = ({ metadata }: TaskSpawner) => spawnersOf(metadata.namespace!)!;
  return takeDeliveries({
    ...settings,
    sources: { githubWebhook, linearWebhook: linearWebhookSource(new LinearLabels()), webhook: webhookSource },
    spawning: {
      take: (spawner, event, signal) => at(spawner).spawning.take(spawner, event, signal),
      skip: (spawner, skipped) => at(spawner).spawning.skip(spawner, skipped),
    },
    contextOf: (spawner, signal) => at(spawner).contextOf(spawner, signal),
    caches: parts.map(({ spawners }) => spawners.caches),
    readSecret: async (namespace, name) => spawnersOf(namespace)?.secrets.read(namespace, name),
    isReady,
    pausedBy,
    slack,
    clock,
    onError,
    ...(log && { log }),
    ...(registry && { registry }),
  });
}
