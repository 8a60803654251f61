import type { HoldReason, RefusalReason } from './admission.ts';
import type { TaskFacts } from './task-facts.ts';

/** Why a Task may not get its Job: not yet, or never. */
export type Obstacle =
  | { readonly hold: HoldReason; readonly message: string; readonly event?: string; readonly retryAfterMs?: number }
  | { readonly refuse: RefusalReason; readonly message: string; readonly event?: string };

/**
 * One reason to hold a Task back. Says nothing when it has no objection.
 *
 * A gate that holds needs no timer: whatever would open it must be watched, and wake the Task. `retryAfterMs` is for what is outside the cluster.
 */
export type Gate = (facts: TaskFacts) => Obstacle | undefined;
