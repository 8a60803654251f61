import type { HoldReason, RefusalReason } from './admission.ts';
import type { Blocked } from './budget-blocked.ts';
import type { CachedFacts } from './task-facts.ts';

/** Why a Task may not get its Job: not yet, or never. */
export type Obstacle = Hold | Refusal;

export interface Hold {
  readonly hold: HoldReason;
  readonly message: string;
  readonly event?: string;
  /** When something may open the gate that is not watched: time, or what is outside the cluster. */
  readonly retryAfterMs?: number;
  /** The budget that holds the Task, for the condition that the reference has for it. */
  readonly blocked?: Blocked;
}

interface Refusal {
  readonly refuse: RefusalReason;
  readonly message: string;
  readonly event?: string;
}

/**
 * One reason to hold a Task back. Says nothing when it has no objection.
 *
 * Most are asked about what the caches hold, so that a Task that waits costs no request. A gate that holds needs no timer: whatever would open it must
 * be watched, and wake the Task.
 */
export type Gate<Facts = CachedFacts> = (facts: Facts) => Obstacle | undefined;
