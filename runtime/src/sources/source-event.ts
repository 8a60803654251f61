import type { Clock } from '../kube/clock.ts';

/** Something that happened elsewhere, as the TaskSpawner that waits for it sees it: what a Task is made of. */
export interface SourceEvent {
  /** Tells it from all others of its spawner, and is the same whenever the event is seen again: `42`, `PROJ-42`, the id of a delivery. */
  readonly id: string;
  /** What the default name of the Task has after the name of the spawner: `42`, `issue-comment-0b220df19691`. Never cut. */
  readonly nameSuffix: string;
  /** For people, in decisions and messages: `issue #42 of acme/shop`. Never text of strangers. */
  readonly summary: string;
  /** What the templates may read, by the names of schema/src/kelos/events. Go's ints are bigints. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What priorities are told by. */
  readonly labels: readonly string[];
  /** When somebody last asked for it: later than the end of its Task, it is done again. Left out: nobody asks twice. */
  readonly triggerTime?: Date;
  /** When it was due, for a source that goes by the time: the next look begins after the last one of which something has become. Left out: a look finds it again. */
  readonly time?: Date;
  /** What reporting needs to know later, for the annotations of the Task. They win over those of the template. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Labels for the Task, which win as well. */
  readonly taskLabels?: Readonly<Record<string, string>>;
  /** The repository that the event is about, as owner/name, for `upstreamRepo` where the template leaves it out and the trigger names one. */
  readonly upstreamRepo?: string;
  readonly origin?: EventOrigin;
}

/** Where an event came from: whether a Task of the spawner itself is behind it follows from this. */
export interface EventOrigin {
  /** Who caused it, as the service names them. */
  readonly actor?: string;
  /** Where several events belong to one thing, that thing: `acme/shop#42`. */
  readonly subject?: string;
  /** The branch that it happened on. */
  readonly branch?: string;
  /** What was written, for the marker that our own comments carry. */
  readonly text?: string;
  /** When the actor made the thing, where the event is that it is there. Left out: it was there before, or nobody says. */
  readonly createdAt?: Date;
  /** Who our own token is there. Left out: no token came into it, or the service does not tell; of GitHub, the Workspace says. */
  readonly own?: OwnAccount;
}

/** Whom a token belongs to, as its service names actors. */
export interface OwnAccount {
  /** Tells it from other tokens and services, without the token. */
  readonly key: string;
  /** Asks the service. Rejects where it does not say. */
  ask(how: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock; readonly signal: AbortSignal }): Promise<string>;
}

/** An event that the trigger does not wait for, and why. */
export interface SkippedEvent {
  readonly id: string;
  readonly summary: string;
  /** The field of the trigger that ruled it out, as a path in its object: `excludeLabels`, `filters[2].branch`. */
  readonly filter: string;
  /** What the field was held against, cut to 200 characters. */
  readonly seen: string;
}

/** One that could not be judged, and is looked at again. */
export interface FailedEvent {
  readonly id: string;
  readonly summary: string;
  /** Without a secret, for people. */
  readonly problem: string;
}
