import type { Clock } from '../kube/clock.ts';

/** What GitHub asks for between two changes of one account. A comment tells people, and is to come alone. */
const SPACING_MS = { comment: 3_000, other: 1_000 } as const;
/** Who comes later than this has lost the turn: several that are late must not come at once. */
const LATEST_MS = 1_000;

interface Account {
  nextMs: number;
  /** By who comes, the earliest first. */
  readonly turns: Map<string, number>;
}

/**
 * Turns, so that no account is limited for writing too much at once.
 *
 * **Guarantee** Nothing waits here: who comes too early has a turn, and is told when. Accounts that are not used any more are forgotten.
 */
export class SendPace {
  readonly #clock: Clock;
  readonly #accounts = new WeakMap<object, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to stay away; 0 takes the turn. */
  waitMs(account: object, who: string, what: keyof typeof SPACING_MS): number {
    const nowMs = this.#clock.elapsed();
    const state = this.#accounts.get(account) ?? { nextMs: 0, turns: new Map<string, number>() };
    this.#accounts.set(account, state);
    for (const [other, turnMs] of state.turns) {
      if (turnMs + LATEST_MS > nowMs) break;
      state.turns.delete(other);
    }
    const known = state.turns.get(who);
    const turnMs = known ?? Math.max(nowMs, state.nextMs);
    if (known === undefined) state.nextMs = turnMs + SPACING_MS[what];
    if (turnMs > nowMs) state.turns.set(who, turnMs);
    else state.turns.delete(who);
    return Math.max(turnMs - nowMs, 0);
  }
}
