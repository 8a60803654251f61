import { performance } from 'node:perf_hooks';
import { simulate } from '../runtime/test/faults/simulation.ts';

/**
 * Runs the simulation of faults for many seeds: `node --conditions=taskwright-source bench/faults.ts <first seed> <runs>`. Prints each run that did
 * not converge with the command that replays it, and at the end how much was covered. Ends with 1 for a wrong run, 2 for one that is stuck.
 */
const [first = 1, runs = 100] = process.argv.slice(2).map(Number);
const startedAt = performance.now();
const points = new Map<string, number>();
let [wrong, stuck] = [0, 0];
for (let seed = first; seed < first + runs; seed += 1) {
  const verdict = await simulate({ seed });
  for (const [kind, count] of verdict.points) points.set(kind, (points.get(kind) ?? 0) + count);
  if (verdict.end === 'converged') continue;
  if (verdict.end === 'wrong') wrong += 1;
  else stuck += 1;
  console.log(`${verdict.end}: node --conditions=taskwright-source bench/faults.ts ${seed} 1\n  ${verdict.complaints.join('\n  ')}`);
}
const total = [...points.values()].reduce((sum, count) => sum + count, 0);
console.log(JSON.stringify(Object.fromEntries([...points].sort())));
console.log(`${runs} runs, ${total} points, ${wrong} wrong, ${stuck} stuck, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
process.exitCode = stuck > 0 ? 2 : wrong > 0 ? 1 : 0;
