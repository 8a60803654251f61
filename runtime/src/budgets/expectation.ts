import type { KubeObject } from '../kube/object.ts';
import { parseQuantity } from '../tasks/outcome/quantity.ts';
import { type Amounts, largest, MEASURES, type Measure, NOTHING } from './amounts.ts';

/** What a Task may spend at most, said by its author. */
const ANNOTATIONS: Readonly<Record<Measure, string>> = {
  cost: 'taskwright.dev/max-cost-usd',
  inputTokens: 'taskwright.dev/max-input-tokens',
  outputTokens: 'taskwright.dev/max-output-tokens',
};

/** What a Task is expected to spend, and so what is set aside for it while it is at work. */
export interface Expectation {
  readonly amounts: Amounts;
  /** What its author declared: it has to fit as a whole. */
  readonly declared: ReadonlySet<Measure>;
  /** What nobody can tell: no Task with this agent and model has ended yet. */
  readonly unknown: ReadonlySet<Measure>;
}

/**
 * What a Task will spend in its next attempt: what is left of what its author declared, else the most that any of the last Tasks with the same agent
 * and model has spent.
 *
 * @param spent by the attempts before it
 */
export function expectationOf(task: KubeObject, samples: readonly Amounts[], spent: Amounts = NOTHING): Expectation {
  const declared = new Map(Object.entries(declaredAmountsOf(task)).map(([measure, amount]) => [measure as Measure, leftOf(amount, spent[measure as Measure])]));
  return {
    amounts: { ...NOTHING, ...largest(samples), ...Object.fromEntries(declared) },
    declared: new Set(declared.keys()),
    unknown: new Set(samples.length > 0 ? [] : MEASURES.filter((measure) => !declared.has(measure))),
  };
}

/** What the author of a Task declared that it may spend, in all of its attempts together. */
export function declaredAmountsOf({ metadata }: KubeObject): Partial<Amounts> {
  return Object.fromEntries(MEASURES.flatMap((measure) => {
    const amount = readAmount(measure, metadata.annotations?.[ANNOTATIONS[measure]]);
    return amount === undefined ? [] : [[measure, amount] as const];
  }));
}

function leftOf(amount: bigint, spent: bigint): bigint {
  return amount > spent ? amount - spent : 0n;
}

/** What cannot be read holds a Task that has not started (gates/annotations.ts). Of one that runs it counts as not declared. */
function readAmount(measure: Measure, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (measure !== 'cost') return /^\d{1,15}$/.test(text) ? BigInt(text) : undefined;
  const cost = parseQuantity(text);
  return cost !== undefined && cost >= 0n ? cost : undefined;
}
