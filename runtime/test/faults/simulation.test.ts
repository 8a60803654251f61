import { expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { simulate } from './simulation.ts';
import type { Verdict } from './verdict.ts';

/** More of them: `TASKWRIGHT_FAULT_RUNS=500 npm test -- faults/simulation`, or bench/faults.ts. */
const RUNS = Number(process.env.TASKWRIGHT_FAULT_RUNS ?? 24);
const SECONDS_PER_RUN = 20;

function report({ seed, end, complaints }: Verdict & { seed: number }): string {
  return `${end}; replay it: node --conditions=taskwright-source bench/faults.ts ${seed} 1\n${complaints.join('\n')}`;
}

test(`${RUNS} clusters that misbehave for a while end where those that behave do`, { timeout: RUNS * SECONDS_PER_RUN * 1_000 }, async () => {
  const coverage = new Coverage();
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const verdict = await simulate(seed);
    expect(verdict.end, report(verdict)).toBe('converged');
    coverage.add(verdict.points);
  }
  process.stdout.write(coverage.table('many at once'));
});

test('a seed is one run, whatever ran before', async () => {
  const [first, second] = [await simulate(3), await simulate(3)];
  expect(second.points).toEqual(first.points);
  expect(second.run.traffic).toEqual(first.run.traffic);
});
