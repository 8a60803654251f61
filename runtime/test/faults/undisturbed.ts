import { seededRandom } from '../../src/kube/random.ts';
import type { Run } from '../checkers/run.ts';
import { startCluster } from '../tasks/test-cluster.ts';
import { Faults } from './faults.ts';
import { live } from './live.ts';
import { scripts, shapeNamed } from './workload.ts';

const WHOLE_LIFE_MS = 7_200_000;
const memory = new Map<string, Promise<Run>>();

/** The life of a shape on a cluster where nothing goes wrong: what every other life of it is compared with. */
export function undisturbed(name: string): Promise<Run> {
  let run = memory.get(name);
  if (!run) memory.set(name, (run = lead(name)));
  return run;
}

async function lead(name: string): Promise<Run> {
  const workload = [shapeNamed(name)];
  const cluster = await startCluster(scripts(workload), { seed: 1 });
  const { run } = await live({ cluster, workload, faults: new Faults(seededRandom(1), []), expected: [], replicas: 1, quietMs: WHOLE_LIFE_MS });
  await cluster.stop();
  return run;
}
