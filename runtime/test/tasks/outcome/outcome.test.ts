import { expect, test } from 'vitest';
import { outcomeOf } from '../../../src/tasks/outcome/outcome.ts';

const attempt = (lines: string[]) => ({ uid: 'u', podName: 'p', result: { lines } });

test('the answer is stored once', () => {
  expect(outcomeOf([attempt(['branch: b', 'response: YQ=='])])).toEqual({ outputs: ['branch: b'], results: { branch: 'b', response: 'YQ==' } });
});

test('an answer beyond 32 KiB is cut between two characters', () => {
  const { results } = outcomeOf([attempt([`response: ${Buffer.from('€'.repeat(20_000)).toString('base64')}`])]);
  expect(Buffer.from(results!['response']!, 'base64').toString()).toBe(`${'€'.repeat(Math.floor((32 * 1024) / 3))}…`);
});

test('lines and their number are bounded, so that the status always fits', () => {
  const { outputs } = outcomeOf([attempt(Array.from({ length: 1000 }, (_, line) => `${line}: ${'x'.repeat(10_000)}`))]);
  expect([outputs!.length, Math.max(...outputs!.map((line) => line.length))]).toEqual([256, 4096]);
});

test('attempts that left nothing leave nothing', () => {
  expect([outcomeOf([]), outcomeOf([{ uid: 'u', podName: 'p' }])]).toEqual([{}, {}]);
});
