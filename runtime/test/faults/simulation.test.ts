import { expect, test } from 'vitest';
import { simulate, type Verdict } from './simulation.ts';

/** More of them: `TASKWRIGHT_FAULT_RUNS=500 npm test -- faults/simulation`, or bench/faults.ts. */
const RUNS = Number(process.env.TASKWRIGHT_FAULT_RUNS ?? 14);
const SECONDS_PER_RUN = 20;
/** The seed that shows it today, and how many more are tried when it does not. */
const [CANARY, MOST_CANARIES] = [11, 40];
const FENCE_IS_BROKEN = /^onlyLeadersWrite: operator-\d-\d+ wrote .* while operator-\d-\d+ led$/;

function report({ seed, end, complaints }: Verdict): string {
  return `${end}; replay it: node --conditions=taskwright-source bench/faults.ts ${seed} 1\n${complaints.join('\n')}`;
}

test(`${RUNS} clusters that misbehave for a while end where those that behave do`, { timeout: RUNS * SECONDS_PER_RUN * 1_000 }, async () => {
  let [points, writes] = [0, 0];
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const verdict = await simulate({ seed });
    expect(verdict.end, report(verdict)).toBe('converged');
    points += verdict.total;
    writes += verdict.run.traffic.writes.length;
  }
  process.stdout.write(`faults: ${points} points in ${RUNS} runs, ${writes} writes\n`);
});

test('a seed is one run, whatever ran before', async () => {
  const [first, second] = [await simulate({ seed: 3 }), await simulate({ seed: 3 })];
  expect(second.points).toEqual(first.points);
  expect(second.run.traffic).toEqual(first.run.traffic);
});

// A canary: its clock stands still while the process does, so it takes its lease for fresh when it goes on. Which of the runs shows it
// depends on every step before; one of a few does.
test('the simulation finds an operator that goes on writing after it lost its lease', { timeout: MOST_CANARIES * SECONDS_PER_RUN * 1_000 }, async () => {
  const shapes = ['plain', 'failing', 'retried', 'ttl 60', 'chain', 'late secret', 'late workspace', 'tool server'];
  const complaints: string[] = [];
  for (let seed = CANARY; seed < CANARY + MOST_CANARIES && !complaints.some((complaint) => FENCE_IS_BROKEN.test(complaint)); seed += 1) {
    const verdict = await simulate({ seed, shapes, faults: ['stop', 'slow answer', 'frozen'], replicas: 2, broken: { losesTime: true } });
    if (verdict.end === 'wrong') complaints.push(...verdict.complaints);
  }
  expect(complaints).toContainEqual(expect.stringMatching(FENCE_IS_BROKEN));
});
