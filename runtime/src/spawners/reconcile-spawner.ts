import { type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { applyPlan, type Effects } from '../kube/apply-plan.ts';
import type { Clock } from '../kube/clock.ts';
import type { Reconcile, ReconcileContext, ReconcileResult } from '../kube/controller.ts';
import type { Write } from '../kube/plan.ts';
import type { Random } from '../kube/random.ts';
import { parseKubeTime } from '../kube/time.ts';
import { within } from '../kube/within.ts';
import type { Discovery, PolledSource, SourceContext } from '../sources/source.ts';
import type { DataWatch } from '../tasks/data-watch.ts';
import { firstLookAt, Look, type Pending } from './look.ts';
import { stoppedLoopOf } from './loop-breaker.ts';
import { type Obstacle, obstacleOf } from './obstacle.ts';
import type { Pause } from './pause.ts';
import { referencesOf, sourceContext, type SourceSurroundings, workspaceOf } from './source-context.ts';
import { countUnfinished, type SpawnerCaches } from './spawner-caches.ts';
import type { SpawnerMetrics } from './spawner-metrics.ts';
import { isOnlyCounting, planStatus } from './spawner-status.ts';
import type { TaskSpawning } from './task-spawning.ts';
import { triggersOf } from './trigger.ts';

export interface SpawnerReconcilerOptions extends SourceSurroundings {
  readonly caches: SpawnerCaches;
  readonly effects: Effects;
  readonly sources: readonly PolledSource[];
  readonly spawning: TaskSpawning;
  readonly dataWatch: DataWatch;
  /** Whether nobody may look or make anything for now. */
  readonly pause: Pick<Pause, 'reason'>;
  readonly random: Random;
  readonly metrics?: SpawnerMetrics;
}

/** Longest that a look may take, in milliseconds; what it found is dealt with for as long again. */
export const LONGEST_LOOK_MS = 60_000;
/** Events of a look that are dealt with at a time. */
const AT_A_TIME = 8;
/** Between two statuses in which nothing changes but numbers, in milliseconds. */
const COUNTS_MS = 1_000;

/** The finalizer of the reference. We have nothing to do before a spawner goes, but one that was made there would never go. */
const FINALIZER = 'kelos.dev/taskspawner-finalizer';

/**
 * Looks when it is time, deals with what was found, and says in the status how that went.
 *
 * Deleting a spawner deletes its Tasks, as in the reference: they belong to it.
 */
export function spawnerReconciler(options: SpawnerReconcilerOptions): { reconcile: Reconcile; lookAgain(key: string): void } {
  const { caches, effects, sources, spawning, dataWatch, pause, clock, random } = options;
  const looks = new Map<string, Look>();
  const wroteAt = new Map<string, number>();

  return { reconcile, lookAgain: (key) => looks.get(key)?.lookNow() };

  async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const spawner = caches.spawners.get(key);
    if (!spawner || spawner.metadata.deletionTimestamp) {
      forget(key);
      return spawner ? applyPlan(effects, { resource: taskSpawnerResource, object: spawner }, { writes: release(spawner) }, context.signal) : {};
    }
    const triggers = triggersOf(spawner);
    const source = sources.find(({ trigger }) => trigger === triggers[0]);
    const obstacle = obstacleOf(spawner, referencesOf(spawner, caches));
    const look = source && lookOf(key, spawner, source);
    const mayLook = look !== undefined && obstacle === undefined && !spawner.spec.suspend && pause.reason === undefined && stoppedLoopOf(spawner) === undefined;
    if (mayLook) await work(spawner, source!, look, context);
    const waits = look?.missingSecrets.map((name) => ({ kind: 'Secret', name }) as const) ?? [];
    const awaited = dataWatch.await(key, spawner.metadata.namespace!, mayLook ? waits : []);
    const wrote = await writeStatus(key, spawner, { obstacle, source, look: mayLook ? look : undefined }, context.signal);
    return soonest([awaited, wrote, mayLook ? { requeueAfterMs: look.nextInMs(clock) } : {}]);
  }

  function lookOf(key: string, spawner: TaskSpawner, source: PolledSource): Look {
    const workspace = workspaceOf(spawner, caches);
    const known = looks.get(key);
    if (known && known.uid === spawner.metadata.uid && known.trigger === source.trigger) {
      known.follow(spawner, workspace);
      return known;
    }
    const look = new Look(spawner, workspace, source, firstLookAt(spawner, source, clock, random));
    looks.set(key, look);
    return look;
  }

  async function work(spawner: TaskSpawner, source: PolledSource, look: Look, { signal, log }: ReconcileContext): Promise<void> {
    const begunAt = clock.elapsed();
    if (look.dueInMs(clock) <= 0) await lookOnce(spawner, source, look, { signal, log });
    const ready = look.ready(clock)[Symbol.iterator]();
    await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
      for (const pending of ready) {
        if (signal.aborted || clock.elapsed() - begunAt > 2 * LONGEST_LOOK_MS) return;
        await settle(spawner, look, pending, signal);
      }
    }));
  }

  async function lookOnce(spawner: TaskSpawner, source: PolledSource, look: Look, { signal, log }: Pick<SourceContext, 'signal' | 'log'>): Promise<void> {
    const startedAt = clock.elapsed();
    const begunAt = clock.now();
    const missing = new Set<string>();
    const config = spawner.spec.when[source.trigger]!;
    try {
      const discovery = await inTime(clock, signal, (signal) => source.discover(config as never, sourceContext(spawner, options, { signal, log, onMissingSecret: (name) => missing.add(name) }), sinceOf(spawner, look)));
      const nextAt = clock.elapsed() + source.nextLookMs(config as never, clock.now());
      for (const skipped of look.succeeded(spawner, begunAt, discovery, nextAt)) void spawning.skip(spawner, skipped);
      options.metrics?.looked(spawner, discovery.events.length, clock.elapsed() - startedAt);
    } catch (error) {
      signal.throwIfAborted();
      look.failed(error, clock);
      options.metrics?.failed(spawner, clock.elapsed() - startedAt);
      log.debug({ err: error }, 'a look failed');
    }
    look.missingSecrets = look.problem === undefined ? [] : [...missing];
  }

  async function settle(spawner: TaskSpawner, look: Look, pending: Pending, signal: AbortSignal): Promise<void> {
    try {
      const settled = await spawning.settle(spawner, pending.event, { isPushed: false, client: effects.client }, signal);
      if ('waits' in settled) look.waits(pending);
      else if (settled.decision.outcome === 'Refused') look.refused(pending, settled.decision.reason!);
      else look.settled(pending);
    } catch (error) {
      look.couldNot(pending, error instanceof Error ? error.message : String(error), clock);
    }
  }

  async function writeStatus(key: string, spawner: TaskSpawner, { obstacle, source, look }: { obstacle: Obstacle | undefined; source: PolledSource | undefined; look: Look | undefined }, signal: AbortSignal): Promise<ReconcileResult> {
    const status = planStatus({
      spawner,
      obstacle,
      ...(pause.reason === undefined ? {} : { pausedBecause: pause.reason }),
      ...(look && { look: look.result() }),
      isTold: source === undefined,
      active: countUnfinished(spawner, caches),
      created: spawning.createdBy(spawner),
      now: clock.now(),
    });
    const leftMs = (wroteAt.get(key) ?? -Infinity) + COUNTS_MS - clock.elapsed();
    if (leftMs > 0 && isOnlyCounting(spawner.status, status)) return { requeueAfterMs: leftMs };
    wroteAt.set(key, clock.elapsed());
    return applyPlan(effects, { resource: taskSpawnerResource, object: spawner }, { status }, signal);
  }

  function sinceOf({ metadata, status }: TaskSpawner, look: Look): Date {
    return look.watermark() ?? parseKubeTime(status?.lastDiscoveryTime ?? metadata.creationTimestamp!);
  }

  function forget(key: string): void {
    const look = looks.get(key);
    if (look) spawning.forget(look.uid);
    looks.delete(key);
    wroteAt.delete(key);
    dataWatch.await(key, '', []);
  }
}

function release(spawner: TaskSpawner): Write[] {
  const { finalizers = [] } = spawner.metadata;
  if (!finalizers.includes(FINALIZER)) return [];
  return [{ verb: 'mergePatch', resource: taskSpawnerResource, target: spawner, patch: { metadata: { finalizers: finalizers.filter((name) => name !== FINALIZER) } } }];
}

function soonest(results: readonly ReconcileResult[]): ReconcileResult {
  const times = results.flatMap(({ requeueAfterMs }) => requeueAfterMs ?? []);
  return times.length === 0 ? {} : { requeueAfterMs: Math.min(...times) };
}

/** Ends a look that takes too long, whether the source minds its signal or not. */
function inTime(clock: Clock, signal: AbortSignal, look: (signal: AbortSignal) => Promise<Discovery>): Promise<Discovery> {
  const tooLate = () => new Error(`the look took more than ${LONGEST_LOOK_MS / 1_000} s`);
  return within({ clock, ms: LONGEST_LOOK_MS, tooLate, signal }, (bounded) => new Promise((resolve, reject) => {
    bounded.addEventListener('abort', () => reject(bounded.reason), { once: true });
    look(bounded).then(resolve, reject);
  }));
}
