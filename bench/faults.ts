import { performance } from 'node:perf_hooks';
import { Coverage } from '../runtime/test/faults/coverage.ts';
import type { Point } from '../runtime/test/faults/one-fault.ts';
import { simulate } from '../runtime/test/faults/simulation.ts';
import type { Verdict } from '../runtime/test/faults/verdict.ts';
import { pointsOf, walk } from '../runtime/test/faults/walk.ts';
import { shapes } from '../runtime/test/faults/workload.ts';

/**
 * Runs more of the simulation of faults than `npm test` takes time for. Prints each run that did not converge with the command that replays
 * it, and at the end how much was covered. Ends with 1 for a wrong run, 2 for one that is stuck.
 *
 * - `bench/faults.ts <first seed> <runs>`: many faults at once, by chance.
 * - `bench/faults.ts walk [<shape> [<fault> [<place> <at>]]]`: one fault at a time, at every place of the lives that are named, or of all.
 */
const startedAt = performance.now();
const coverage = new Coverage();
const ends = { converged: 0, wrong: 0, stuck: 0 };

function count({ end, complaints, points }: Verdict, replay: string): void {
  coverage.add(points);
  ends[end] += 1;
  if (end !== 'converged') console.log(`${end}: node --conditions=taskwright-source bench/faults.ts ${replay}\n  ${complaints.join('\n  ')}`);
}

async function walkAll([shape, fault, place, at]: readonly string[]): Promise<void> {
  const isAsked = (point: Point) => (fault === undefined || point.fault === fault) && (place === undefined || (point.place === place && point.at === Number(at)));
  for (const name of shape === undefined ? Object.keys(shapes) : [shape]) {
    const points = (await pointsOf(name)).filter(isAsked);
    for await (const { point, verdict } of walk(name, points)) count(verdict, `walk '${name}' '${point.fault}' ${point.place} ${point.at}`);
  }
}

async function simulateAll(first: number, runs: number): Promise<void> {
  for (let seed = first; seed < first + runs; seed += 1) count(await simulate(seed), `${seed} 1`);
}

const [what = '1', ...rest] = process.argv.slice(2);
await (what === 'walk' ? walkAll(rest) : simulateAll(Number(what), Number(rest[0] ?? 100)));
process.stdout.write(coverage.table(what === 'walk' ? 'one at a time' : 'many at once'));
console.log(`${ends.wrong} wrong, ${ends.stuck} stuck, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
process.exitCode = ends.stuck > 0 ? 2 : ends.wrong > 0 ? 1 : 0;
