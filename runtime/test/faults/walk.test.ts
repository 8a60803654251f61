import { afterAll, expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import type { Point } from './one-fault.ts';
import { pointsOf, walk } from './walk.ts';
import { shapes } from './workload.ts';

/** Of the other points one in so many, another each for neighbouring shapes; all of them: `TASKWRIGHT_FAULT_STRIDE=1 npm test -- faults/walk`, or bench/faults.ts. */
const STRIDE = Number(process.env.TASKWRIGHT_FAULT_STRIDE ?? 43);
const coverage = new Coverage();

afterAll(() => {
  process.stdout.write(coverage.table('one at a time'));
});

/** Budgets are several Tasks and half an hour each: of their points one in so many, and of their deaths every fourth. bench/faults.ts walks them all. */
const LONG_STRIDE = 2 * STRIDE;
const isLong = (shape: string) => shape.startsWith('budget');

/** A death after every write, always, and before every second one: what differs is only what else was under way. */
function isChosen({ shape, fault, at }: Point, index: number, offset: number): boolean {
  if (isLong(shape)) return (index + offset * 11) % LONG_STRIDE === 0 || (fault === 'death after' && at % 4 === offset % 4);
  return fault === 'death after' || (fault === 'death before' && at % 2 === 0) || (index + offset) % STRIDE === 0;
}

test.each(Object.keys(shapes).map((shape, offset) => ({ shape, offset })))('$shape: one fault, wherever it happens, changes nothing', { timeout: 600_000 }, async ({ shape, offset }) => {
  const points = (await pointsOf(shape)).filter((point, index) => isChosen(point, index, offset));
  for await (const { point: { fault, place, at }, verdict } of walk(shape, points)) {
    coverage.add(verdict.points);
    expect(verdict.end, `${fault} at ${place} ${at}: ${verdict.end}; replay it: node --conditions=taskwright-source bench/faults.ts walk '${shape}' '${fault}' ${place} ${at}\n${verdict.complaints.join('\n')}`).toBe('converged');
  }
});

// A canary: its clock stands still while the process does, so it takes its lease for fresh when it goes on.
test('an operator that goes on writing after it lost its lease is found', async () => {
  const points = (await pointsOf('retried')).filter(({ fault }) => fault === 'stop');
  const complaints: string[] = [];
  for await (const { verdict } of walk('retried', points, { losesTime: true })) complaints.push(...verdict.complaints);
  expect(complaints).toContainEqual(expect.stringMatching(/^onlyLeadersWrite: operator-0-1 wrote .* while operator-1-\d+ led$/));
});
