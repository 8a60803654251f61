import { expect, test } from 'vitest';
import { pollIntervalMs } from '../../src/sources/poll-interval.ts';

test.each<[text: string | undefined, ms: number]>([
  ['30s', 30_000], ['5m', 300_000], ['1h30m', 5_400_000], ['1.5m', 90_000], ['2500ms', 2_500], ['+2s', 2_000], ['45', 45_000],
  // No service is asked more than once a second.
  ['10ms', 1_000], ['1', 1_000],
  // Five minutes stand for what cannot be read, and for what would be no pause at all.
  [undefined, 300_000], ['', 300_000], ['soon', 300_000], ['5 m', 300_000], ['1d', 300_000], ['0', 300_000], ['0s', 300_000], ['-5s', 300_000], ['.s', 300_000],
])('%s is %d ms', (text, ms) => {
  expect(pollIntervalMs(text)).toBe(ms);
});
