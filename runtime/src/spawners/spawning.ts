import type { TaskSpawner } from '@taskwright/schema';
import type { SkippedEvent, SourceEvent } from '../sources/source-event.ts';
import type { Decision } from './decision.ts';

/**
 * Makes Tasks of events that were told: what a webhook or a chat calls for each TaskSpawner that an event is for.
 *
 * **Guarantee** When {@link take} resolves, what became of the event is durable; repeating it makes no second Task.
 *
 * **Errors** {@link Spawning.take} throws for what may be tried again: the API server is away, a context source does not answer, a Task of that name is still going. Then nothing was
 * decided, and the sender has to come again. What no retry could mend is a decision: `Refused`, with the reason.
 */
export interface Spawning {
  take(spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal): Promise<Decision>;
  /** Notes that the trigger does not wait for an event. */
  skip(spawner: TaskSpawner, skipped: SkippedEvent): Promise<void>;
}
