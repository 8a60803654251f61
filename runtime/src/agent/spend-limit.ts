import type { Clock } from '../kube/clock.ts';
import type { AgentOutcome, EventReader, Spent } from './adapter.ts';
import { type Prices, withCost } from './cost.ts';
import type { Env } from './layout.ts';
import { oneLine, StepError } from './step-error.ts';

/** What a run may spend at most. */
export interface SpendLimits {
  readonly costUsd?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

const VARIABLES = { costUsd: 'TASKWRIGHT_MAX_COST_USD', inputTokens: 'TASKWRIGHT_MAX_INPUT_TOKENS', outputTokens: 'TASKWRIGHT_MAX_OUTPUT_TOKENS' } as const;

/**
 * The limits that the operator sets a run. Nothing when there are none.
 *
 * **Errors:** `StepError` for one that is no number: an agent without a limit is not what was asked for.
 */
export function spendLimitsIn(env: Env): SpendLimits | undefined {
  const limits = Object.entries(VARIABLES).flatMap(([measure, variable]) => {
    const text = env[variable];
    if (!text) return [];
    if (!/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) throw new StepError(`${variable}: not an amount, got ${oneLine(JSON.stringify(text), 100)}; it is a number such as 2.5`, 2);
    return [[measure, Number(text)]];
  });
  return limits.length > 0 ? (Object.fromEntries(limits) as SpendLimits) : undefined;
}

/** The environment of another run that does the rest of the same work, with what is left of the limits; nothing when nothing is left. */
export function withoutSpent(env: Env, { costUsd, inputTokens, outputTokens }: Pick<AgentOutcome, 'costUsd' | 'inputTokens' | 'outputTokens'>): Env | undefined {
  const spent = { costUsd, inputTokens, outputTokens };
  const left = Object.entries(spendLimitsIn(env) ?? {}).map(([measure, limit]) => [VARIABLES[measure as keyof SpendLimits], limit - Number(spent[measure as keyof SpendLimits] ?? 0)] as const);
  if (left.some(([, amount]) => amount <= 0)) return undefined;
  // To a billionth of a dollar.
  return { ...env, ...Object.fromEntries(left.map(([variable, amount]) => [variable, String(Number(amount.toFixed(9)))])) };
}

export interface SpendGuardOptions {
  readonly limits: SpendLimits;
  readonly reader: EventReader;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly title: string;
  readonly warn: (line: string) => void;
}

/**
 * Asking may mean to look through all the sessions of an agent, on the machine of the agent, whenever that prints a line: of the time, it takes no more than one
 * part in this many.
 */
const SHARE_OF_TIME = 20;

/**
 * Watches what a run spends, and says when it has passed its limit.
 *
 * **Guarantee:** a run whose agent tells what it uses is over after the step that passed the limit, or as much later as asking takes, twenty times. One that ends by itself with that step is not
 * stopped for it: what it spent is spent, and its work is done.
 * **Assumes:** it is asked after the agent has told something, and once in a while.
 */
export class SpendGuard {
  readonly #options: SpendGuardOptions;
  #asking = false;
  #notBeforeMs = 0;
  #warned = false;
  #verdict: string | undefined;

  constructor(options: SpendGuardOptions) {
    this.#options = options;
    if (!options.reader.spent) this.#warn(`${options.title} says what it used only at its end`);
  }

  /** Why the run was over, once it was. */
  get verdict(): string | undefined {
    return this.#verdict;
  }

  /** Whether the agent has to be ended. */
  async isOver(): Promise<boolean> {
    if (this.#verdict !== undefined) return true;
    const { clock, reader } = this.#options;
    const startMs = clock.elapsed();
    if (this.#asking || !reader.spent || startMs < this.#notBeforeMs) return false;
    this.#asking = true;
    try {
      return this.#judge(await reader.spent());
    } finally {
      this.#asking = false;
      const endMs = clock.elapsed();
      this.#notBeforeMs = endMs + (endMs - startMs) * (SHARE_OF_TIME - 1);
    }
  }

  #judge({ asksAgain, ...used }: Spent): boolean {
    const { limits, prices } = this.#options;
    const { outcome, unknown } = withCost({ ended: false, ...used }, prices);
    if (limits.costUsd !== undefined && unknown !== undefined) this.#warn(unknown);
    const passed = passedLimit(limits, outcome);
    if (passed === undefined || !asksAgain) return false;
    this.#verdict = passed;
    return true;
  }

  #warn(why: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.warn(`! the limit of what this run may spend cannot be enforced: ${why}`);
  }
}

/** Which limit was passed, and how; equal is not passed. */
function passedLimit(limits: SpendLimits, { costUsd, inputTokens, outputTokens }: AgentOutcome): string | undefined {
  const passes = (used: string | undefined, limit: number | undefined) => limit !== undefined && used !== undefined && Number(used) > limit;
  if (passes(costUsd, limits.costUsd)) return `it has spent $${costUsd} of $${limits.costUsd}`;
  if (passes(inputTokens, limits.inputTokens)) return `it has used ${inputTokens} of ${limits.inputTokens} input tokens`;
  if (passes(outputTokens, limits.outputTokens)) return `it has used ${outputTokens} of ${limits.outputTokens} output tokens`;
  return undefined;
}
