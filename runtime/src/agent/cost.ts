import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AgentOutcome, ModelUsage } from './adapter.ts';
import type { Env } from './layout.ts';
import table from './prices.json' with { type: 'json' };
import { StepError, oneLine } from './step-error.ts';

const amount = z.number().nonnegative();
const rates = z.strictObject({ input: amount, cacheRead: amount.optional(), cacheWrite: amount.optional(), output: amount });
const price = rates.extend({
  /** What a request costs whose prompt is longer than `inputTokens`. */
  above: rates.extend({ inputTokens: z.number().int().positive() }).optional(),
});
const models = z.record(z.string().min(1), price);

/** US dollars per million tokens, by the model's name at its provider. A model may have none for the cache: then it is not known. */
export type Prices = ReadonlyMap<string, z.infer<typeof price>>;
type Rates = z.infer<typeof rates>;

const TOKENS_PER_RATE = 1_000_000;

/**
 * The prices of `prices.json`, and over them those of `TASKWRIGHT_PRICES` or the file that `TASKWRIGHT_PRICES_FILE` names: a JSON object of
 * models in the same form, `{"my-model": {"input": 1, "output": 2}}`.
 *
 * **Errors:** `StepError` that names the model and what is wrong with its price.
 */
export async function pricesFor(env: Env): Promise<Prices> {
  return new Map([...Object.entries(table.models), ...(await ownPrices(env))]);
}

async function ownPrices({ TASKWRIGHT_PRICES: text, TASKWRIGHT_PRICES_FILE: file }: Env): Promise<[string, z.infer<typeof price>][]> {
  if (!text && !file) return [];
  const where = text ? 'TASKWRIGHT_PRICES' : 'TASKWRIGHT_PRICES_FILE';
  const parsed = models.safeParse(jsonIn(text || (await read(file!)), where));
  if (parsed.success) return Object.entries(parsed.data);
  const { path, message } = parsed.error.issues[0]!;
  throw new StepError(`${where}: ${path.join('.')}: ${oneLine(message)}; a price is {"input": 1.25, "cacheRead": 0.125, "output": 10}, in US dollars per million tokens`, 2);
}

async function read(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: Error) => {
    throw new StepError(`TASKWRIGHT_PRICES_FILE: cannot be read, ${oneLine(error.message)}`, 2);
  });
}

function jsonIn(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StepError(`${where}: not JSON; it is an object of models, such as {"my-model": {"input": 1.25, "output": 10}}`, 2);
  }
}

/** The outcome with what the run cost, unless the agent said so itself; or why that is not known. A cost that might be wrong is none. */
export function withCost(outcome: AgentOutcome, prices: Prices): { readonly outcome: AgentOutcome; readonly unknown?: string } {
  const { costUsd, usage = [] } = outcome;
  if (costUsd !== undefined || usage.length === 0) return { outcome };
  let total = 0;
  for (const used of usage) {
    const cost = costOf(used, prices);
    if (typeof cost === 'string') return { outcome, unknown: cost };
    total += cost;
  }
  // Adding up leaves noise in the last digits, which a quantity would round up: 0.07500000000000001.
  return { outcome: { ...outcome, costUsd: String(Number(total.toPrecision(12))) } };
}

/** In US dollars, or why it is not known. */
function costOf(used: ModelUsage, prices: Prices): number | string {
  const { model, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = used;
  if (!model) return 'the agent does not say which model it used; set one';
  const found = namesOf(model).map((name) => prices.get(name)).find((one) => one !== undefined);
  if (found === undefined) return `no price is known for model ${oneLine(JSON.stringify(model), 100)}; name it in TASKWRIGHT_PRICES`;
  const rate = rateFor(used, found);
  if (rate === undefined) return `${oneLine(JSON.stringify(model), 100)} has another price for long prompts, and how long each of them was is not known`;
  const { input, cacheRead, cacheWrite, output } = rate;
  if ((cacheReadTokens > 0 && cacheRead === undefined) || (cacheWriteTokens > 0 && cacheWrite === undefined)) {
    return `the price of ${oneLine(JSON.stringify(model), 100)} does not say what its cache costs; add cacheRead and cacheWrite in TASKWRIGHT_PRICES`;
  }
  return (inputTokens * input + cacheReadTokens * (cacheRead ?? 0) + cacheWriteTokens * (cacheWrite ?? 0) + outputTokens * output) / TOKENS_PER_RATE;
}

/** As it was called; without the provider before it; without the date or number of a snapshot behind it. Nothing looser: a similar name has another price. */
function namesOf(model: string): string[] {
  const alone = model.slice(model.lastIndexOf('/') + 1);
  return [model, alone, alone.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3})$/, '')];
}

/** Several requests together are below the bound if their sum is; above it each of them may be either. */
function rateFor({ inputTokens, cacheReadTokens, cacheWriteTokens, isOneRequest }: ModelUsage, { above, ...usual }: z.infer<typeof price>): Rates | undefined {
  if (above === undefined || inputTokens + cacheReadTokens + cacheWriteTokens <= above.inputTokens) return usual;
  return isOneRequest ? above : undefined;
}
