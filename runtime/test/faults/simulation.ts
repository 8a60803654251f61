import { seededRandom } from '../../src/kube/random.ts';
import type { Run } from '../checkers/run.ts';
import { startCluster } from '../tasks/test-cluster.ts';
import { Faults } from './faults.ts';
import { live } from './live.ts';
import { undisturbed } from './undisturbed.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { scripts, shapeNamed, shapes } from './workload.ts';

/** How long things go wrong, in milliseconds. */
const FAULTS_MS = 600_000;
/** And how long it has to stay as it is when they have gone right again. */
const QUIET_MS = 600_000;

/** Lets Tasks live on a cluster that misbehaves for a while, then behaves: it has to end up where an undisturbed one does. Everything follows from the seed: which Tasks, which faults, and where. */
export async function simulate(seed: number): Promise<Verdict & { readonly seed: number }> {
  const random = seededRandom(seed);
  // Those of TaskSpawners are walked one fault at a time, and left out here.
  const names = chosen(Object.keys(shapes).filter((name) => !shapeNamed(name).isSpawned), random);
  const expected: Run[] = [];
  // One after the other: timers of libraries are those of one clock at a time.
  for (const name of names) expected.push(await undisturbed(name));
  const workload = names.map((name) => shapeNamed(name));
  const faults = new Faults(random);
  const cluster = await startCluster(scripts(workload), { seed });
  const replicas = faults.between(1, 3);
  const elects = replicas > 1 || faults.random() < 0.3;
  const life = await live({ cluster, workload, faults, expected, replicas, elects, faultsMs: FAULTS_MS, quietMs: QUIET_MS });
  await cluster.stop();
  return { seed, ...verdictOf(life) };
}

function chosen(all: readonly string[], random: () => number): string[] {
  const picked = all.filter(() => random() < 0.35);
  return picked.length > 0 ? picked : [all[0]!];
}
