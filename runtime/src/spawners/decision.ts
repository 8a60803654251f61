import type { TaskSpawner } from '@taskwright/schema';

/**
 * What became of an event: it made a Task, a Task that waits for a slot, none because the trigger or a limit says so, none because none can be made of it, or none because
 * its Task was there already. The words are what `taskwright explain` shows.
 */
export type Outcome = 'Fired' | 'Queued' | 'Skipped' | 'Refused' | 'Known';

/** What became of one event, for people who ask why there is a Task, or why there is none. */
export interface Decision {
  readonly at: Date;
  /** The id of the event, which tells it from all others of its spawner. */
  readonly event: string;
  /** As the source words it, without text of strangers. */
  readonly summary: string;
  readonly outcome: Outcome;
  /** The name of its Task, where there is one. */
  readonly task?: string;
  /** The field of the TaskSpawner that decided, as a path: `when.githubIssues.excludeLabels`, `maxTotalTasks`. */
  readonly filter?: string;
  /** What the field was held against, cut to 200 characters. */
  readonly seen?: string;
  /** A sentence that says why, and what to do about it. */
  readonly reason?: string;
}

/** Where decisions are kept. Telling one again does no harm. */
export interface DecisionLog {
  /** Resolves when it is durable, and rejects when it may not be: of what was told once, the sender has to come again. Who need not know may leave the promise alone. */
  record(spawner: TaskSpawner, decision: Decision): Promise<void>;
  /** The Task that was made of an event since then, by whatever process, as far as that is still kept: the Task itself may be gone. */
  taskOf(spawner: TaskSpawner, event: string, since: Date): Promise<string | undefined>;
}
