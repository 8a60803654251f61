import type { AgentOutcome, ModelUsage } from './adapter.ts';

/** What an outcome says of tokens. Cached input counts as input: it was read and is paid for. Nothing when nothing was used. */
export function tokensOf(usage: readonly ModelUsage[]): Pick<AgentOutcome, 'inputTokens' | 'outputTokens' | 'usage'> {
  const input = sum(usage, ({ inputTokens, cacheReadTokens, cacheWriteTokens }) => inputTokens + cacheReadTokens + cacheWriteTokens);
  const output = sum(usage, ({ outputTokens }) => outputTokens);
  return input + output === 0 ? {} : { usage, inputTokens: String(input), outputTokens: String(output) };
}

function sum(usage: readonly ModelUsage[], of: (one: ModelUsage) => number): number {
  return usage.reduce((total, one) => total + of(one), 0);
}
