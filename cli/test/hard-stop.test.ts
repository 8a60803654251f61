import { installAgent } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { folderWith, type } from './a-terminal.ts';

const { ANTHROPIC_API_KEY: _, CLAUDE_CODE_OAUTH_TOKEN: __, ANTHROPIC_BASE_URL: ___, ...env } = process.env;
const NAMES = ['one', 'two', 'three'];
/** What an answer of the model costs here: 50,000 tokens in, at $5 a million. */
const ANSWER_USD = 0.25;
const LIMIT_USD = 0.3;

const TASKS = NAMES.map((name) => `
apiVersion: kelos.dev/v1alpha2
kind: Task
metadata: {name: '${name}', annotations: {taskwright.dev/max-cost-usd: '${LIMIT_USD}'}}
spec:
  prompt: work for ever
  worker: {type: claude-code, model: claude-opus-5, credentials: {type: api-key, secretRef: {name: claude}}}
`);
const BUDGET = `
apiVersion: kelos.dev/v1alpha2
kind: TaskBudget
metadata: {name: daily, annotations: {taskwright.dev/hard-stop: 'true'}}
spec: {taskSelector: {}, period: {type: Daily}, maxCostUSD: 1}
`;
const MODEL = `export const script = Array.from({ length: 50 }, () => ({
  tools: [{ name: 'Bash', input: { command: 'true' } }], usage: { inputTokens: 50_000, outputTokens: 0 },
}));`;

test('real agents that work for ever are stopped one answer after what their budget set aside for them', { timeout: 420_000 }, async (context) => {
  try {
    await installAgent('claude-code', { env, clock: systemClock });
  } catch (error) {
    return context.skip(`Claude Code cannot be installed here: ${(error as Error).message.split('\n')[0]}`);
  }
  const cwd = folderWith({ 'fleet.yaml': [BUDGET, ...TASKS].join('---'), 'model.ts': MODEL, 'taskwright.dev.yaml': 'model: ./model.ts\n' });
  const { code, out } = await type(['dev', 'fleet.yaml'], { cwd, env });
  expect(code, out).toBe(1);
  const { items } = JSON.parse((await type(['get', '-o', 'json'], { cwd, env })).out) as { items: Task[] };
  expect(items.map(({ metadata, status }) => ({ name: metadata.name, phase: status?.phase, cost: status?.usage?.costUSD, reasons: status?.conditions?.map(({ reason }) => reason) }))).toEqual(
    [...NAMES].sort().map((name) => ({ name, phase: 'Failed', cost: `${2 * ANSWER_USD * 1_000}m`, reasons: ['Admitted', 'SpendLimitReached'] })),
  );
});
