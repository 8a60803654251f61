import type { TaskSpawner } from '@taskwright/schema';
import type { Log } from '../kube/log.ts';
import { keyOf } from '../kube/object.ts';
import type { GitHubDelivery } from '../sources/github-webhook/delivery.ts';
import type { LinearDelivery } from '../sources/linear-webhook/linear-delivery.ts';
import type { SkippedEvent, SourceEvent } from '../sources/source-event.ts';
import type { PushedSource, SourceContext } from '../sources/source.ts';
import type { WebhookDelivery } from '../sources/webhook/webhook.ts';
import type { Spawning } from '../spawners/spawning.ts';
import type { Delivery } from './delivery.ts';

/** Who judges deliveries, by the member of `when`. */
export interface WebhookSources {
  readonly githubWebhook: PushedSource<'githubWebhook', GitHubDelivery>;
  readonly linearWebhook: PushedSource<'linearWebhook', LinearDelivery>;
  readonly webhook: PushedSource<'webhook', WebhookDelivery>;
}

export interface DispatchOptions {
  readonly sources: WebhookSources;
  /** The TaskSpawners that are filed under a value of the index {@link BY_LISTENING}. */
  readonly listeners: (value: string) => readonly TaskSpawner[];
  readonly contextOf: (spawner: TaskSpawner, signal: AbortSignal) => SourceContext;
  readonly spawning: Spawning;
  readonly log: Log;
}

/** What became of a delivery, in numbers. */
export interface Dispatched {
  readonly concerned: number;
  readonly tasks: number;
}

/**
 * Offers a delivery to every TaskSpawner that it concerns.
 *
 * **Guarantee** It resolves when what became of it is durable for each of them. One for which it fails keeps no other from it.
 *
 * **Errors** AggregateError when it failed for some: the delivery has to come again, and what was done is not done twice.
 */
export async function dispatch(delivery: Delivery, { sources, listeners, contextOf, spawning, log }: DispatchOptions, signal: AbortSignal): Promise<Dispatched> {
  const spawners = new Map(delivery.concerns.flatMap((value) => listeners(value)).map((spawner) => [keyOf(spawner), spawner]));
  const results = await Promise.allSettled([...spawners.values()].map(offer));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${spawners.size} TaskSpawners could not decide`);
  return { concerned: spawners.size, tasks: results.filter((result) => result.status === 'fulfilled' && result.value).length };

  /** Whether a Task was made. */
  async function offer(spawner: TaskSpawner): Promise<boolean> {
    if (spawner.metadata.deletionTimestamp) return false;
    try {
      const judged = spawner.spec.suspend ? suspended(delivery) : await judge(delivery, spawner, sources, contextOf(spawner, signal));
      if ('filter' in judged) {
        await spawning.skip(spawner, judged);
        return false;
      }
      const { outcome } = await spawning.take(spawner, judged, signal);
      return outcome === 'Fired' || outcome === 'Queued';
    } catch (err) {
      log.warn({ err, spawner: keyOf(spawner), delivery: delivery.id }, 'a delivery could not be decided');
      throw err;
    }
  }
}

function judge(delivery: Delivery, { spec: { when } }: TaskSpawner, sources: WebhookSources, context: SourceContext): Promise<SourceEvent | SkippedEvent> {
  switch (delivery.trigger) {
    case 'githubWebhook':
      return sources.githubWebhook.match(when.githubWebhook!, delivery.content, context);
    case 'linearWebhook':
      return sources.linearWebhook.match(when.linearWebhook!, delivery.content, context);
    case 'webhook':
      return sources.webhook.match(when.webhook!, delivery.content, context);
  }
}

function suspended({ id, event }: Delivery): SkippedEvent {
  return { id, summary: `a delivery of ${event}`, filter: 'suspend', seen: 'true' };
}
