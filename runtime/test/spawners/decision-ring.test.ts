import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../src/spawners/decision.ts';
import { isNews, keptOf, type KeptDecision, MOST_BYTES, MOST_KEPT, readRing, textOf, withDecisions } from '../../src/spawners/decision-ring.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const skipped = (event: string, second: number, more: Partial<Decision> = {}): KeptDecision => keptOf({ at: at(second), event, summary: `issue #${event}`, outcome: 'Skipped', filter: 'when.githubIssues.labels', seen: 'bug', ...more });
const fired = (event: string, second: number): KeptDecision => keptOf({ at: at(second), event, summary: `issue #${event}`, outcome: 'Fired', task: `x-${event}` });
const events = (ring: readonly KeptDecision[]) => ring.map(({ event }) => event);

test('what is kept is one line, without control characters, and cut', () => {
  const kept = keptOf({ at: at(0), event: 'e'.repeat(500), summary: 'a\u001b[31m\nb\u202e', outcome: 'Refused', seen: '😀'.repeat(200), filter: 'when.cron', reason: 'r' });
  expect(kept).toEqual({ at: '2026-01-01T00:00:00.000Z', outcome: 'Refused', event: `${'e'.repeat(119)}…`, summary: 'a [31m b', seen: `${'😀'.repeat(99)}…`, filter: 'when.cron', reason: 'r' });
});

test('the newest comes first, and no more than fifty are kept', () => {
  const ring = withDecisions([], Array.from({ length: 120 }, (_, index) => fired(`${index}`, index)));
  expect([ring.length, ring[0], ring.at(-1)]).toEqual([MOST_KEPT, fired('119', 119), fired('70', 70)]);
});

test('what came to nothing does not push out what was made', () => {
  const ring = withDecisions([], [fired('old', 0), ...Array.from({ length: 200 }, (_, index) => skipped(`${index}`, index + 1))]);
  expect([ring.length, ring.at(-1)]).toEqual([MOST_KEPT, fired('old', 0)]);
  const many = withDecisions(ring, Array.from({ length: 100 }, (_, index) => fired(`f${index}`, 300 + index)));
  expect(many.filter(({ outcome }) => outcome === 'Skipped').length).toBe(0);
  const both = withDecisions([], [...Array.from({ length: 100 }, (_, index) => fired(`f${index}`, index)), ...Array.from({ length: 100 }, (_, index) => skipped(`${index}`, 200 + index))]);
  expect([both.filter(({ outcome }) => outcome === 'Skipped').length, both.length]).toEqual([30, MOST_KEPT]);
});

test('the same said again of the same event is counted, and no news', () => {
  const before = withDecisions([], [skipped('42', 0)]);
  const after = withDecisions(before, [skipped('42', 60), skipped('42', 120)]);
  expect(after).toEqual([{ ...skipped('42', 0), times: 3, last: at(120).toISOString() }]);
  expect([isNews(before, after), isNews([], after)]).toEqual([false, true]);
});

test.each<{ it: string; next: KeptDecision }>([
  { it: 'another value', next: skipped('42', 60, { seen: 'feature' }) },
  { it: 'another filter', next: skipped('42', 60, { filter: 'when.githubIssues.state' }) },
  { it: 'another outcome', next: fired('42', 60) },
  { it: 'another event', next: skipped('43', 60) },
])('$it is news', ({ next }) => {
  const before = withDecisions([], [skipped('42', 0)]);
  expect(withDecisions(before, [next])).toEqual([next, ...before]);
});

test('a Task that is made again is news each time', () => {
  expect(withDecisions([fired('42', 0)], [fired('42', 60)])).toEqual([fired('42', 60), fired('42', 0)]);
});

test('what was something else in between is said again', () => {
  const ring = withDecisions(withDecisions(withDecisions([], [skipped('42', 0)]), [fired('42', 1)]), [skipped('42', 2)]);
  expect(ring).toEqual([skipped('42', 2), fired('42', 1), skipped('42', 0)]);
});

test('text that is longer than a ConfigMap should be is cut at the oldest', () => {
  const long = (index: number) => keptOf({ at: at(index), event: `${index}`, summary: 's'.repeat(300), outcome: 'Refused', seen: 'x'.repeat(300), reason: 'ü'.repeat(500), filter: 'f'.repeat(200), task: 't'.repeat(253) });
  const ring = withDecisions([], Array.from({ length: 50 }, (_, index) => long(index)));
  expect(Buffer.byteLength(textOf(ring))).toBeLessThanOrEqual(MOST_BYTES);
  expect([ring.length > 15, ring[0]]).toEqual([true, long(49)]);
});

test('what is not a decision is left out of what is read', () => {
  expect(readRing(`${textOf([fired('1', 0)])}\nsomebody wrote this\n{"at":"yesterday","outcome":"Fired","event":"1","summary":"s"}\nnull\n[]\n{"at":1}\n`)).toEqual([fired('1', 0)]);
});

test('whoever merges what others wrote, in whatever order, has the same', () => {
  const decision = fc.record({ event: fc.constantFrom('a', 'b', 'c'), second: fc.nat({ max: 50 }), isFired: fc.boolean() });
  const ringOf = (drawn: { event: string; second: number; isFired: boolean }[]) => [...new Map(drawn.map(({ event, second, isFired }) => [`${second}`, isFired ? fired(event, second) : skipped(event, second, { seen: `${second}` })])).values()];
  fc.assert(fc.property(fc.array(decision, { maxLength: 40 }), fc.nat(), (drawn, cut) => {
    const all = ringOf(drawn);
    const [one, two] = [all.slice(0, cut % (all.length + 1)), all.slice(cut % (all.length + 1))];
    const whole = withDecisions([], all);
    expect(withDecisions(withDecisions([], one), two)).toEqual(whole);
    expect(withDecisions(withDecisions([], two), one)).toEqual(whole);
    expect(withDecisions(whole, all)).toEqual(whole);
    expect(readRing(textOf(whole))).toEqual(whole);
    expect(events(whole)).toHaveLength(all.length);
  }));
});
