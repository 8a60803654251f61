import type { TaskUsage } from '@taskwright/schema';
import { formatQuantity, parseQuantity } from './quantity.ts';

/** What an attempt reported to have used. A value that is no positive number counts as not reported; none at all is nothing. */
export function usageOf(results: Readonly<Record<string, string>>): TaskUsage | undefined {
  const cost = parseQuantity(results['cost-usd'] ?? '') ?? 0n;
  return withoutZeros(cost, tokens(results['input-tokens']), tokens(results['output-tokens']));
}

/** What all attempts used together: an agent that failed and ran again is paid twice. */
export function totalUsage(usages: readonly (TaskUsage | undefined)[]): TaskUsage | undefined {
  let cost = 0n;
  let input = 0;
  let output = 0;
  for (const usage of usages) {
    cost += parseQuantity(usage?.costUSD ?? '0') ?? 0n;
    input += usage?.inputTokens ?? 0;
    output += usage?.outputTokens ?? 0;
  }
  return withoutZeros(cost, input, output);
}

function tokens(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
}

function withoutZeros(cost: bigint, inputTokens: number, outputTokens: number): TaskUsage | undefined {
  const usage: TaskUsage = {
    ...(cost > 0n ? { costUSD: formatQuantity(cost) } : {}),
    ...(inputTokens > 0 ? { inputTokens } : {}),
    ...(outputTokens > 0 ? { outputTokens } : {}),
  };
  return Object.keys(usage).length > 0 ? usage : undefined;
}
