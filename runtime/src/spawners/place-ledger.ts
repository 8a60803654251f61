import { isAtLeast } from '../kube/resource-version.ts';

/** What replicas tell each other of the Tasks of one TaskSpawner with a limit: at most one is being made at a time. */
export interface Ledger {
  /** How many were given a place, the one of `next` included. */
  readonly made: number;
  /** The version of the last Task that is known to be there; empty before the first. Who judges has seen it, and by that all before it. */
  readonly after: string;
  /** The name of the Task that has a place and may not be there yet. */
  readonly next?: string;
}

export const EMPTY: Ledger = { made: 0, after: '' };

export interface LedgerFacts {
  readonly ledger: Ledger;
  /** The name of the Task that is wanted. */
  readonly wanted: string;
  /** What is known of the Task that `next` names: it is there, at this version; somebody else's Task is; the server has none; or nothing. */
  readonly next: { readonly version: string } | 'foreign' | 'missing' | undefined;
  /** How far the cache of Tasks has got. */
  readonly position: string;
  /** For how long the ledger has been as it is, in milliseconds, as far as this process knows. */
  readonly unchangedMs: number;
}

export type LedgerStep =
  /** Everything that was made is seen, and nobody makes one: what is written next is written over `base`. */
  | { readonly do: 'judge'; readonly base: Ledger }
  /** The Task that is wanted has its place already: `made` others have one. */
  | { readonly do: 'carry on'; readonly made: number }
  /** The server has to be asked for the next Task: the cache has not heard of it for too long. */
  | { readonly do: 'ask' }
  | { readonly do: 'wait' };

/** Until a request is sent that makes the Task, at most, in milliseconds. A server gives one up after a minute. */
export const SENT_WITHIN_MS = 15_000;
/** Who has not made its Task by then is gone, and so is what it had sent. */
export const HELD_MS = 90_000;

/**
 * What a replica does that wants to make a Task.
 *
 * A place is given by a write that only one of them can win, and before the Task is made. So a death between the two leaves a place that nobody uses: the same event carries on with it, and
 * to the others it is free again after 90 s, by their own clock and counted from when they first saw it. Until then they wait, since who seems dead may only be slow.
 */
export function ledgerStep({ ledger, wanted, next, position, unchangedMs }: LedgerFacts): LedgerStep {
  const { made, after } = ledger;
  if (ledger.next !== undefined && next === undefined) {
    if (ledger.next === wanted) return { do: 'carry on', made: made - 1 };
    return { do: unchangedMs < HELD_MS ? 'wait' : 'ask' };
  }
  const base = ledger.next === undefined ? { made, after } : settled(ledger, next);
  return isAtLeast(position, base.after) ? { do: 'judge', base } : { do: 'wait' };
}

/** The ledger when it is known what became of its next Task. */
export function settled({ made, after }: Ledger, next: LedgerFacts['next']): Ledger {
  if (typeof next !== 'object') return { made: made - 1, after };
  return { made, after: isAtLeast(next.version, after) ? next.version : after };
}

export function isLedger(value: unknown): value is Ledger {
  if (typeof value !== 'object' || value === null) return false;
  const { made, after, next } = value as Partial<Record<keyof Ledger, unknown>>;
  return Number.isInteger(made) && typeof after === 'string' && /^\d*$/.test(after) && (next === undefined || typeof next === 'string');
}
