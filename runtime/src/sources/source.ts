import type { TaskSpawner, TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import type { GitHubClients } from '../github/github-clients.ts';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import type { FailedEvent, SkippedEvent, SourceEvent } from './source-event.ts';

export type Trigger = TaskSpawnerSpec['when'];
export type TriggerName = keyof Trigger;
/** What the trigger of that name is told in the spec. */
export type TriggerConfig<Name extends TriggerName> = NonNullable<Trigger[Name]>;

/** What a source may use, for one TaskSpawner. */
export interface SourceContext {
  readonly spawner: TaskSpawner;
  /** Where its Tasks work, as the template, its worker or its pool names it. Left out: nowhere. */
  readonly workspace?: Workspace;
  /** The decoded keys of a Secret in the namespace of the spawner; `undefined` when there is none. */
  readonly readSecret: (name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** How services are reached. */
  readonly fetch: typeof globalThis.fetch;
  /** How GitHub is, with what is known of it already. */
  readonly github: GitHubClients;
  readonly clock: Clock;
  /** Pass it to every request. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What a look found. */
export interface Discovery {
  /** What the trigger waits for, in the order in which it should be done. */
  readonly events: readonly SourceEvent[];
  readonly skipped: readonly SkippedEvent[];
  readonly failed: readonly FailedEvent[];
}

/**
 * A source that is looked at from time to time.
 *
 * **Guarantee** A look changes nothing outside. What one item of it makes fail is told of that item; the others are found all the same.
 *
 * **Errors** {@link SourceError} for what its user can mend, with the place and the fix; anything else is tried again with a back-off.
 */
export interface PolledSource<Name extends TriggerName = TriggerName> {
  readonly trigger: Name;
  /** A look asks nobody outside: it costs nothing, and is taken at once after a start. */
  readonly isLocal?: true;
  /** Milliseconds from the end of one look to the next. */
  nextLookMs(config: TriggerConfig<Name>, now: Date): number;
  /** `since` is when the last look began; for events that have a time, the last one of which something has become, or the creation of the spawner. */
  discover(config: TriggerConfig<Name>, context: SourceContext, since: Date): Promise<Discovery>;
}

/** A source that tells by itself: each delivery is held against the triggers that listen to it. */
export interface PushedSource<Name extends TriggerName = TriggerName, Delivery = unknown> {
  readonly trigger: Name;
  /** Whether this is what the trigger waits for; why not, where it is not. A delivery that cannot be judged for now throws, and comes again. */
  match(config: TriggerConfig<Name>, delivery: Delivery, context: SourceContext): Promise<SourceEvent | SkippedEvent>;
}

/** What a user can mend: `message` says where, what is wrong and what to do, and holds no secret. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** Asking again earlier would answer the same. Left out: the back-off of the queue says. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
