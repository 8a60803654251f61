import { taskResource } from '@taskwright/schema';
import { Faults, type FaultKind, ofAsking, ofDeliveries, ofMoments, ofOpening, ofReads, ofStreams, ofTelling, ofWrites } from './faults.ts';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { Resource } from '../../src/kube/object.ts';
import { seededRandom } from '../../src/kube/random.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';
import { live } from './live.ts';
import type { Mistake } from './mistake.ts';
import { OneFault, type Point } from './one-fault.ts';
import { undisturbed } from './undisturbed.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { NAMESPACE } from './shape.ts';
import { scripts, shapeNamed } from './workload.ts';

const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
/** Longer than a watch may be silent before it is taken for dead, and than one that lags may lag. */
const QUIET_MS = 240_000;
const LONGEST_CLEARANCE_MS = 120_000;

const KINDS: Readonly<Record<Point['place'], readonly FaultKind[]>> = { write: [...ofWrites, ...ofMoments], read: ofReads, opening: ofOpening, chunk: ofStreams, ask: ofAsking, tell: ofTelling, delivery: ofDeliveries };

/** Every place of the life of a shape where a fault may happen, with every fault that may happen there. */
export async function pointsOf(shape: string): Promise<Point[]> {
  const workload = [shapeNamed(shape)];
  const cluster = await startCluster(scripts(workload), { seed: 1 });
  const faults = new Faults(seededRandom(1), []);
  await live({ cluster, workload, faults, expected: [await undisturbed(shape)], replicas: 1, quietMs: QUIET_MS });
  await cluster.stop();
  return (Object.keys(KINDS) as Point['place'][]).flatMap((place) => (
    Array.from({ length: faults.places[place] }, (_, index) => KINDS[place].filter((fault) => isPossible(shape, fault)).map((fault) => ({ shape, fault, place, at: index + 1 }))).flat()));
}

/** Lives the life of a shape once for each point, and says how each ended; nothing for a point that its life no longer came to. `mistake`: of the operator, to see whether it is found. */
export async function* walk(shape: string, points: readonly Point[], mistake: Mistake = {}): AsyncGenerator<{ point: Point; verdict: Verdict }> {
  const workload = [shapeNamed(shape)];
  const expected = [await undisturbed(shape)];
  let cluster = await startCluster(scripts(workload), { seed: 1 });
  for (const point of points) {
    const faults = new OneFault(point);
    const verdict = verdictOf(await live({ cluster, workload, faults, expected, replicas: point.fault === 'stop' ? 2 : 1, awayMs: workload[0]!.awayMs, quietMs: QUIET_MS, mistake }));
    if (faults.hasHappened) yield { point, verdict };
    if (verdict.end === 'converged') await clear(cluster);
    else {
      await cluster.stop();
      cluster = await startCluster(scripts(workload), { seed: 1 });
    }
  }
  await cluster.stop();
}

/** Who makes a Task again that its shape deletes, or makes again itself, leaves it elsewhere than the shape does. */
function isPossible(shape: string, fault: FaultKind): boolean {
  if (fault !== 'made again' && fault !== 'made again unseen') return true;
  return !shapeNamed(shape).isSpawned && !shape.startsWith('budget') && !['deleted while it runs', 'deleted while it starts', 'made again', 'its Job deleted', 'after a Job of its name', 'branch of a deleted one'].includes(shape);
}

/** Lives the life of a shape once with an operator that has a mistake, and no other fault. */
export async function liveMistaken(shape: string, mistake: Mistake): Promise<Verdict> {
  const workload = [shapeNamed(shape)];
  const cluster = await startCluster(scripts(workload), { seed: 1 });
  const verdict = verdictOf(await live({ cluster, workload, faults: new Faults(seededRandom(1), []), expected: [await undisturbed(shape)], replicas: 1, quietMs: QUIET_MS, mistake }));
  await cluster.stop();
  return verdict;
}

const DAY_MS = 86_400_000;

/** A life leaves nothing to the next one, and all of them begin at the same time of day: a window of a budget that ended in one would be another life. To define the kinds anew takes longer than a life. */
async function clear({ client, clock }: TestCluster): Promise<void> {
  const { items } = await client.list(taskResource, { namespace: NAMESPACE });
  for (const { metadata: { name } } of items) await client.patchMerge(taskResource, { namespace: NAMESPACE, name: name! }, { metadata: { finalizers: null } });
  await client.delete(NAMESPACES, { name: NAMESPACE });
  let isGone = false;
  const look = () => void client.get(NAMESPACES, { name: NAMESPACE }).catch((error: unknown) => void (isGone = isNotFound(error)));
  await clock.runUntil(() => {
    look();
    return isGone;
  }, { limitMs: LONGEST_CLEARANCE_MS });
  await client.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await clock.advance(DAY_MS - (clock.now().getTime() % DAY_MS));
}
