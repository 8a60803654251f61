import type { TaskBudgetSpec, TaskUsage } from '@taskwright/schema';
import { formatQuantity, parseQuantity } from '../tasks/outcome/quantity.ts';

/** What is limited, in the order in which limits are told. */
export const MEASURES = ['cost', 'inputTokens', 'outputTokens'] as const;

export type Measure = (typeof MEASURES)[number];

/** Cost in billionths of a US dollar, and tokens. */
export type Amounts = Readonly<Record<Measure, bigint>>;

export const NOTHING: Amounts = { cost: 0n, inputTokens: 0n, outputTokens: 0n };

export function amountsOf({ costUSD = '0', inputTokens = 0, outputTokens = 0 }: TaskUsage = {}): Amounts {
  return { cost: parseQuantity(costUSD) ?? 0n, inputTokens: BigInt(inputTokens), outputTokens: BigInt(outputTokens) };
}

/** A usage leaves out what is zero, as everywhere else. */
export function usageFrom({ cost, inputTokens, outputTokens }: Amounts): TaskUsage | undefined {
  const usage: TaskUsage = {
    ...(cost > 0n ? { costUSD: formatQuantity(cost) } : {}),
    ...(inputTokens > 0n ? { inputTokens: Number(inputTokens) } : {}),
    ...(outputTokens > 0n ? { outputTokens: Number(outputTokens) } : {}),
  };
  return Object.keys(usage).length > 0 ? usage : undefined;
}

/** The limits that a budget sets. */
export function limitsOf({ maxCostUSD, maxInputTokens, maxOutputTokens }: TaskBudgetSpec): Partial<Amounts> {
  const cost = maxCostUSD === undefined ? undefined : parseQuantity(maxCostUSD);
  return {
    ...(cost === undefined ? {} : { cost }),
    ...(maxInputTokens === undefined ? {} : { inputTokens: BigInt(maxInputTokens) }),
    ...(maxOutputTokens === undefined ? {} : { outputTokens: BigInt(maxOutputTokens) }),
  };
}

export function sum(all: Iterable<Amounts>): Amounts {
  const total = { ...NOTHING };
  for (const amounts of all) for (const measure of MEASURES) total[measure] += amounts[measure];
  return total;
}

export function largest(all: Iterable<Amounts>): Amounts {
  const most = { ...NOTHING };
  for (const amounts of all) for (const measure of MEASURES) if (amounts[measure] > most[measure]) most[measure] = amounts[measure];
  return most;
}

const WORDS: Readonly<Record<Measure, string>> = { cost: 'cost', inputTokens: 'input tokens', outputTokens: 'output tokens' };

/** `cost 1500m`, `input tokens 10`. */
export function describe(measure: Measure, amount: bigint): string {
  return `${WORDS[measure]} ${written(measure, amount)}`;
}

export function written(measure: Measure, amount: bigint): string {
  return measure === 'cost' ? formatQuantity(amount) : String(amount);
}
