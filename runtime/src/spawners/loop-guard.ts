import { type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { isConflict } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { conditionOf } from '../kube/condition.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Informer } from '../kube/informer.ts';
import { warningEvent } from '../kube/plan.ts';
import type { SourceEvent } from '../sources/source-event.ts';
import { hangsOnActor, judgeLoop, type Link, LOOP_DETECTED, stoppedLoopOf } from './loop-breaker.ts';
import type { LoopTrail } from './loop-trail.ts';
import type { SpawnerMetrics } from './spawner-metrics.ts';

export interface LoopGuardOptions {
  readonly spawners: Pick<Informer<TaskSpawner>, 'remember'>;
  readonly clock: Clock;
  readonly trail: Pick<LoopTrail, 'of'>;
  /** Whom the Tasks of a spawner write as, where that is known. */
  readonly ownLogin: (spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal) => Promise<string | undefined>;
  readonly events?: Pick<EventRecorder, 'record'>;
  readonly metrics?: Pick<SpawnerMetrics, 'loopStopped'>;
}

/** Others write the status as well. */
const MOST_TRIES = 5;

/**
 * Stops a TaskSpawner that is woken by what Tasks of its namespace wrote, again and again: its condition says so, and it makes no Task until a person lets it go on.
 *
 * **Guarantee** When {@link stop} resolves, the condition is written: no restart forgets it, and every replica heeds it.
 */
export class LoopGuard {
  readonly #options: LoopGuardOptions;

  constructor(options: LoopGuardOptions) {
    this.#options = options;
  }

  /** The Tasks that led to an event, or why no Task may be made of it. `isPushed`: it has just happened. */
  async judge(spawner: TaskSpawner, event: SourceEvent, isPushed: boolean, signal: AbortSignal): Promise<{ readonly chain: readonly Link[] } | { readonly loop: string }> {
    const { clock, trail, ownLogin } = this.#options;
    const now = clock.now();
    const facts = { spawner, event, happenedAt: event.triggerTime ?? (isPushed ? now : undefined), trail: trail.of(spawner.metadata.namespace!), now };
    if (!hangsOnActor(facts)) return judgeLoop(facts);
    const login = await ownLogin(spawner, event, signal);
    return judgeLoop({ ...facts, isOurActor: login !== undefined && login.toLowerCase() === event.origin?.actor?.toLowerCase() });
  }

  async stop(client: KubeClient, spawner: TaskSpawner, message: string, signal: AbortSignal): Promise<void> {
    const { spawners, clock, events, metrics } = this.#options;
    const { namespace, name, uid } = spawner.metadata;
    for (let tries = 1; ; tries += 1) {
      const current = await client.get<TaskSpawner>(taskSpawnerResource, { namespace, name: name! }, { signal });
      if (current.metadata.uid !== uid || stoppedLoopOf(current) !== undefined) return;
      const before = (current.status?.conditions ?? []).filter(({ type }) => type !== LOOP_DETECTED);
      // One that was stopped, let go on and is stopped again has the time of this.
      const condition = conditionOf({ ...current, status: { conditions: before } }, { type: LOOP_DETECTED, status: 'True', reason: 'LoopDetected', message }, clock.now());
      try {
        const patch = { metadata: { uid, resourceVersion: current.metadata.resourceVersion }, status: { conditions: [...before, condition] } };
        spawners.remember(await client.patchMerge<TaskSpawner>(taskSpawnerResource, { namespace, name: name!, subresource: 'status' }, patch, { signal }));
        events?.record({ resource: taskSpawnerResource, object: spawner }, warningEvent('LoopDetected', message));
        metrics?.loopStopped(spawner);
        return;
      } catch (error) {
        if (!isConflict(error) || tries === MOST_TRIES) throw error;
      }
    }
  }
}
