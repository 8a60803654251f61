import { expect, test } from 'vitest';
import type { EventReader, Spent } from '../../src/agent/adapter.ts';
import { pricesFor } from '../../src/agent/cost.ts';
import { SpendGuard, spendLimitsIn, type SpendLimits } from '../../src/agent/spend-limit.ts';
import { tokensOf } from '../../src/agent/token-count.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { sleep } from '../../src/kube/clock.ts';

test.each([
  [{}, undefined],
  [{ TASKWRIGHT_MAX_COST_USD: '' }, undefined],
  [{ TASKWRIGHT_MAX_COST_USD: '1.5' }, { costUsd: 1.5 }],
  [{ TASKWRIGHT_MAX_COST_USD: '0', TASKWRIGHT_MAX_INPUT_TOKENS: '1000', TASKWRIGHT_MAX_OUTPUT_TOKENS: '7' }, { costUsd: 0, inputTokens: 1_000, outputTokens: 7 }],
])('the limits in %j are %j', (env, limits) => {
  expect(spendLimitsIn(env)).toEqual(limits);
});

test.each(['-1', '1500m', 'much', '1e3', '1.'])('a limit of %j is none, and no agent starts with it', (text) => {
  expect(() => spendLimitsIn({ TASKWRIGHT_MAX_COST_USD: text })).toThrow(`TASKWRIGHT_MAX_COST_USD: not an amount, got ${JSON.stringify(text)}; it is a number such as 2.5`);
});

/** A reader that says one of these, each time it is asked. */
async function aGuard(limits: SpendLimits, ...said: Spent[]) {
  const warnings: string[] = [];
  const reader: EventReader = { read: () => [], session: () => undefined, outcome: () => ({ ended: false }), ...(said.length > 0 && { spent: () => said.shift()! }) };
  const guard = new SpendGuard({ limits, reader, prices: await pricesFor({}), clock: new VirtualClock(), title: 'Cursor', warn: (line) => warnings.push(line) });
  return { guard, warnings };
}

const spent = (costUsd: string, asksAgain = true): Spent => ({ costUsd, asksAgain });
const tokens = (inputTokens: number, outputTokens: number, model = 'gpt-5'): Spent => ({
  ...tokensOf([{ model, inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, isOneRequest: true }]), asksAgain: true,
});

test.each<{ it: string; limits: SpendLimits; said: Spent; verdict?: string }>([
  { it: 'has spent less', limits: { costUsd: 1 }, said: spent('0.99') },
  { it: 'has spent exactly that', limits: { costUsd: 1 }, said: spent('1') },
  { it: 'has spent a millionth more', limits: { costUsd: 1 }, said: spent('1.000001'), verdict: 'it has spent $1.000001 of $1' },
  { it: 'may be about to end', limits: { costUsd: 1 }, said: spent('5', false) },
  { it: 'may spend nothing, and has', limits: { costUsd: 0 }, said: spent('0.01'), verdict: 'it has spent $0.01 of $0' },
  { it: 'says tokens, whose price is known', limits: { costUsd: 1 }, said: tokens(1_000_000, 0), verdict: 'it has spent $1.25 of $1' },
  { it: 'has sent too much', limits: { inputTokens: 10, outputTokens: 10 }, said: tokens(11, 1), verdict: 'it has used 11 of 10 input tokens' },
  { it: 'has said too much', limits: { inputTokens: 10, outputTokens: 10 }, said: tokens(1, 11), verdict: 'it has used 11 of 10 output tokens' },
  { it: 'has told nothing yet', limits: { costUsd: 1, inputTokens: 1 }, said: { asksAgain: true } },
])('a run that $it is over, or not', async ({ limits, said, verdict }) => {
  const { guard, warnings } = await aGuard(limits, said);
  expect([await guard.isOver(), guard.verdict, warnings]).toEqual([verdict !== undefined, verdict, []]);
});

test('what is over stays over, and nobody is asked again', async () => {
  const { guard } = await aGuard({ costUsd: 1 }, spent('2'));
  expect([await guard.isOver(), await guard.isOver()]).toEqual([true, true]);
});

test('a run that ended itself with the step that passed is not over', async () => {
  const { guard } = await aGuard({ costUsd: 1 }, spent('0.5'), spent('2', false));
  expect([await guard.isOver(), await guard.isOver(), guard.verdict]).toEqual([false, false, undefined]);
});

test('asking takes a twentieth of the time, however often one asks and however long it takes', async () => {
  const clock = new VirtualClock();
  const startsMs: number[] = [];
  const reader: EventReader = {
    read: () => [],
    session: () => undefined,
    outcome: () => ({ ended: false }),
    async spent() {
      startsMs.push(clock.elapsed());
      await sleep(clock, 200);
      return spent('0.5');
    },
  };
  const guard = new SpendGuard({ limits: { costUsd: 1 }, reader, prices: await pricesFor({}), clock, title: 'Claude Code', warn: () => {} });
  for (let atMs = 0; atMs < 10_000; atMs += 100) {
    void guard.isOver();
    await clock.advance(100);
  }
  expect(startsMs.map((ms) => ms - startsMs[0]!)).toEqual([0, 4_000, 8_000]);
});

test('what cannot be enforced is said once', async () => {
  const atItsEnd = await aGuard({ costUsd: 1 });
  expect([await atItsEnd.guard.isOver(), atItsEnd.warnings]).toEqual([false, ['! the limit of what this run may spend cannot be enforced: Cursor says what it used only at its end']]);
  const noPrice = await aGuard({ costUsd: 1 }, tokens(5, 5, 'my-model'), tokens(9, 9, 'my-model'));
  expect([await noPrice.guard.isOver(), await noPrice.guard.isOver(), noPrice.warnings]).toEqual([
    false, false, ['! the limit of what this run may spend cannot be enforced: no price is known for model "my-model"; name it in TASKWRIGHT_PRICES'],
  ]);
});

test('a limit of tokens needs no price', async () => {
  const { guard, warnings } = await aGuard({ inputTokens: 3 }, tokens(5, 5, 'my-model'));
  expect([await guard.isOver(), warnings]).toEqual([true, []]);
});
