import type { EnvVar } from '@taskwright/schema/kubernetes';
import { type Amounts, amountsOf, MEASURES, type Measure, usageFrom } from '../budgets/amounts.ts';
import type { KubeObject } from '../kube/object.ts';
import { formatDecimal } from './outcome/quantity.ts';

/**
 * Holds what the Pods of a Job may spend, for whoever counts what is set aside. It is on the Job, and made with it: what the agent is told and what the
 * others take for spent are one write, and the next operator finds it where the Pods are.
 */
export const ENFORCED_LIMIT = 'taskwright.dev/enforced-limit';

const VARIABLES: Readonly<Record<Measure, string>> = { cost: 'TASKWRIGHT_MAX_COST_USD', inputTokens: 'TASKWRIGHT_MAX_INPUT_TOKENS', outputTokens: 'TASKWRIGHT_MAX_OUTPUT_TOKENS' };

/** What the agent's program is told. */
export function limitVariables(limit: Partial<Amounts> = {}): EnvVar[] {
  return MEASURES.flatMap((measure) => {
    const amount = limit[measure];
    return amount === undefined ? [] : [{ name: VARIABLES[measure], value: measure === 'cost' ? formatDecimal(amount) : String(amount) }];
  });
}

export function limitAnnotations(limit: Partial<Amounts> | undefined): { annotations?: Record<string, string> } {
  if (!limit) return {};
  const limited = MEASURES.filter((measure) => limit[measure] !== undefined);
  return { annotations: { [ENFORCED_LIMIT]: JSON.stringify({ of: limited, ...usageFrom({ ...amountsOf(), ...limit }) }) } };
}

/** The limit that a Job was made with. */
export function limitOf(job: KubeObject | undefined): Partial<Amounts> | undefined {
  const text = job?.metadata.annotations?.[ENFORCED_LIMIT];
  if (text === undefined) return undefined;
  try {
    const { of: limited, ...usage } = JSON.parse(text);
    const amounts = amountsOf(usage);
    return Object.fromEntries(MEASURES.filter((measure) => limited.includes(measure)).map((measure) => [measure, amounts[measure]]));
  } catch {
    return undefined; // written by a hand
  }
}
