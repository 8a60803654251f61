import type { TaskBudgetSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type Amounts, amountsOf, NOTHING } from '../../src/budgets/amounts.ts';
import type { Expectation } from '../../src/budgets/expectation.ts';
import { asksForHardStop, hardLimitOf, hardStopProblemOf } from '../../src/budgets/hard-limit.ts';
import type { Standing } from '../../src/budgets/standing.ts';
import { aBudget, cost, declares, expects, unknown } from './budget-fixtures.ts';

const window = { start: new Date('2026-01-01T00:00:00Z'), end: new Date('2026-01-02T00:00:00Z') };
const standing = (spec: Partial<TaskBudgetSpec>, { used = NOTHING, reserved = [], isHard = true }: { used?: Amounts; reserved?: Expectation[]; isHard?: boolean } = {}): Standing => (
  { budget: aBudget({ spec }), window, used, reserved: reserved.map((expected, index) => ({ taskName: `t${index}`, expected })), isHard }
);
const ten = { maxCostUSD: '10' };
const nobodyKnows = { budget: aBudget({ spec: ten }), problem: { reason: 'InvalidSelector', message: 'm' } } as const;

test.each<{ it: string; standings: Standing[]; expected: Expectation; isAsked?: boolean; limit: Partial<Amounts> | undefined }>([
  { it: 'nothing where nobody asks', standings: [standing(ten, { isHard: false })], expected: declares('2'), limit: undefined },
  { it: 'nothing where it asks and says no limit', standings: [], expected: expects('2'), isAsked: true, limit: undefined },
  { it: 'what it declares where it asks itself', standings: [], expected: declares('2'), isAsked: true, limit: cost2('2') },
  { it: 'what it declares where its budget asks', standings: [standing(ten)], expected: declares('2'), limit: cost2('2') },
  { it: 'what it declares of what its budget does not limit', standings: [standing({ maxInputTokens: 5 })], expected: declares('2'), limit: { cost: 2_000_000_000n, inputTokens: 5n } },
  { it: 'twice what is expected', standings: [standing(ten, { used: cost('1') })], expected: expects('2'), limit: cost2('4') },
  { it: 'what is left, where that is less', standings: [standing(ten, { used: cost('5'), reserved: [expects('2')] })], expected: expects('2'), limit: cost2('3') },
  { it: 'all that is left, where nobody knows', standings: [standing(ten, { used: cost('1') })], expected: unknown, limit: cost2('9') },
  { it: 'all that is left, where those like it have spent nothing', standings: [standing(ten)], expected: expects('0'), limit: cost2('10') },
  { it: 'the least that its budgets leave', standings: [standing(ten), standing({ maxCostUSD: '3' })], expected: unknown, limit: cost2('3') },
  { it: 'as if those were not there that do not ask', standings: [standing(ten), standing({ maxCostUSD: '3' }, { isHard: false })], expected: unknown, limit: cost2('10') },
  { it: 'nothing more, where less than nothing is left', standings: [standing(ten, { used: cost('9'), reserved: [expects('2')] })], expected: unknown, limit: cost2('0') },
  { it: 'tokens as well as cost', standings: [standing({ maxInputTokens: 100, maxOutputTokens: 10 })], expected: { ...expects('1'), amounts: amountsOf({ costUSD: '1', inputTokens: 30 }) }, limit: { inputTokens: 60n, outputTokens: 10n } },
  { it: 'nothing of a budget that cannot be counted', standings: [nobodyKnows], expected: expects('1'), limit: undefined },
])('a Task may spend $it', ({ standings, expected, isAsked = false, limit }) => {
  expect(hardLimitOf(standings, expected, isAsked)).toEqual(limit);
});

function cost2(costUSD: string): Partial<Amounts> {
  return { cost: cost(costUSD).cost };
}

test.each([['true', true], ['false', false], ['', false], ['yes', false]])('hard-stop %j asks for it: %s', (text, asks) => {
  expect(asksForHardStop({ metadata: { annotations: { 'taskwright.dev/hard-stop': text } } })).toBe(asks);
});

test('what a budget says of it and nobody can read is a problem of the budget', () => {
  const said = (text: string) => hardStopProblemOf(aBudget({ metadata: { annotations: { 'taskwright.dev/hard-stop': text } } }));
  expect([said('true'), said('false'), hardStopProblemOf(aBudget())]).toEqual([undefined, undefined, undefined]);
  expect(said('yes')).toEqual({ reason: 'InvalidAnnotation', message: 'metadata.annotations: taskwright.dev/hard-stop has to be true or false, got "yes"' });
});
