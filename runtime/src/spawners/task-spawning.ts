import { type Task, type TaskSpawner, taskResource } from '@taskwright/schema';
import { ApiError, isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { keyOf } from '../kube/object.ts';
import { addSeconds, toKubeTime } from '../kube/time.ts';
import type { SkippedEvent, SourceEvent } from '../sources/source-event.ts';
import { ownIndexes, spawnerIndex } from './belonging.ts';
import { buildTask } from './build-task.ts';
import { CreatedCount } from './created-count.ts';
import type { Decision, DecisionLog } from './decision.ts';
import { chainAnnotations, stoppedLoopOf } from './loop-breaker.ts';
import type { LoopGuard } from './loop-guard.ts';
import type { Pause } from './pause.ts';
import { countUnfinished, type SpawnerCaches, tasksOf, unfinishedOf } from './spawner-caches.ts';
import type { Place, Places } from './places.ts';
import type { SpawnerMetrics } from './spawner-metrics.ts';
import type { Spawning } from './spawning.ts';
import { oneLine, TaskBuildError } from './task-build-error.ts';
import { taskNameOf } from './task-name.ts';
import { triggersOf } from './trigger.ts';
import { Turns } from './turns.ts';
import { isLimited, judge, type Verdict } from './verdict.ts';

/** The texts of `contextSources` for an event. Throws for what may be tried again. */
export type FetchContext = (spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;

export interface TaskSpawningOptions {
  /** Of a process that need not lead: what is told is told to every replica. */
  readonly client: KubeClient;
  readonly caches: Pick<SpawnerCaches, 'tasks'>;
  readonly clock: Clock;
  readonly decisions: DecisionLog;
  readonly fetchContext: FetchContext;
  /** Knows the Tasks that woke each other. */
  readonly loops: LoopGuard;
  readonly pause: Pick<Pause, 'reason'>;
  /** Keeps limits among the processes that are told. Left out: this is the only one. */
  readonly places?: Pick<Places, 'inTurn'>;
  readonly metrics?: SpawnerMetrics;
}

/** What became of an event, or why nothing did yet. */
export type Settled = { readonly decision: Decision } | { readonly waits: string };

interface Manner {
  /** Told once, so that what is not done now is never done. */
  readonly isPushed: boolean;
  readonly client: KubeClient;
}

interface Work {
  readonly spawner: TaskSpawner;
  readonly event: SourceEvent;
  readonly name: string;
  readonly how: Manner;
  /** Left out: nobody else makes Tasks of the spawner. */
  readonly place: Place | undefined;
  readonly signal: AbortSignal;
}

type Ruled = Omit<Decision, 'at' | 'event' | 'summary'> | { readonly waits: string };

/** A name that is taken, and free again, and taken again: somebody else makes and deletes Tasks of it. */
const MOST_LOOKS = 4;

/** Makes the Task of an event, or says why there is none. The same for what was looked for and for what was told. */
export class TaskSpawning implements Spawning {
  readonly #options: TaskSpawningOptions;
  readonly #turns = new Turns();
  /** By what its Tasks are found by: the uid of the spawner, and its label. */
  readonly #counts = new Map<string, CreatedCount>();

  constructor(options: TaskSpawningOptions) {
    this.#options = options;
    options.caches.tasks.onChange(({ type, object }) => {
      if (type === 'updated') return;
      for (const value of spawnerIndex(object)) this.#counts.get(value)?.[type === 'added' ? 'saw' : 'lost'](object);
    });
  }

  async take(spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal): Promise<Decision> {
    const settled = await this.settle(spawner, event, { isPushed: true, client: this.#options.client }, signal);
    if ('waits' in settled) throw new Error(`TaskSpawner ${keyOf(spawner)}, ${event.summary}: ${settled.waits}; send it again`);
    return settled.decision;
  }

  skip(spawner: TaskSpawner, { id, summary, filter, seen }: SkippedEvent): Promise<void> {
    return this.#record(spawner, { at: this.#options.clock.now(), event: id, summary, outcome: 'Skipped', filter, seen });
  }

  #record(spawner: TaskSpawner, decision: Decision): Promise<void> {
    this.#options.metrics?.decided(spawner, decision.outcome);
    return this.#options.decisions.record(spawner, decision);
  }

  /** How many Tasks the spawner has made. */
  createdBy(spawner: TaskSpawner): number {
    return this.#countOf(spawner).total;
  }

  /** The spawner of this uid is gone. */
  forget(uid: string): void {
    const count = this.#counts.get(uid);
    for (const [value, known] of this.#counts) if (known === count) this.#counts.delete(value);
  }

  /** The same as {@link take}, for what a look found as well: that may wait, since the next look finds it again. */
  async settle(spawner: TaskSpawner, event: SourceEvent, how: Manner, signal: AbortSignal): Promise<Settled> {
    const settle = () => this.#settle(spawner, event, how, signal);
    const ruled = isLimited(spawner) ? await this.#turns.take(spawner.metadata.uid!, settle) : await settle();
    if ('waits' in ruled) return ruled;
    const decision = { at: this.#options.clock.now(), event: event.id, summary: event.summary, ...ruled };
    // That an issue still has its Task is told at every look, and no news.
    if (how.isPushed || decision.outcome !== 'Known') {
      const kept = this.#record(spawner, decision);
      // Where there is a Task, that is what stays, unless it goes soon. What was looked for is found again.
      if (how.isPushed && (decision.task === undefined || forgetsSoon(spawner))) await kept;
    }
    return { decision };
  }

  async #settle(spawner: TaskSpawner, event: SourceEvent, how: Manner, signal: AbortSignal): Promise<Ruled> {
    signal.throwIfAborted();
    if (spawner.spec.suspend) return { outcome: 'Skipped', filter: 'suspend', seen: 'true', reason: 'The TaskSpawner is suspended' };
    const { reason: paused } = this.#options.pause;
    if (paused !== undefined) return { waits: `all spawning is paused: ${oneLine(paused)}` };
    const stopped = stoppedLoopOf(spawner);
    if (stopped !== undefined) return { outcome: 'Refused', filter: 'loop', reason: stopped };
    try {
      const name = taskNameOf(spawner, event, how);
      const decide = (place?: Place) => this.#decide({ spawner, event, name, how, place, signal });
      // What is looked for one process looks for.
      const { places } = this.#options;
      if (places && how.isPushed && isLimited(spawner)) return await places.inTurn<Ruled>(spawner, name, signal, decide);
      return (await decide()) as Ruled;
    } catch (error) {
      if (!(error instanceof TaskBuildError)) throw error;
      return { outcome: 'Refused', filter: error.field, ...(error.seen === undefined ? {} : { seen: error.seen }), reason: error.message };
    }
  }

  #countOf(spawner: TaskSpawner): CreatedCount {
    const known = this.#counts.get(spawner.metadata.uid!);
    if (known) return known;
    const count = new CreatedCount(spawner, tasksOf(spawner, this.#options.caches));
    for (const value of ownIndexes(spawner)) this.#counts.set(value, count);
    return count;
  }

  async #decide(work: Work): Promise<Ruled | 'lost'> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const created = Math.max(this.createdBy(work.spawner), work.place?.made ?? 0);
      const ruled = await this.#carryOut(this.#judge(work, created), work, created);
      if (ruled !== 'name taken') return ruled;
    }
    return { waits: `another Task of the name "${work.name}" comes and goes` };
  }

  #judge({ spawner, event, how: { isPushed }, name }: Work, created: number): Verdict {
    const { caches } = this.#options;
    const existing = caches.tasks.get(keyOf({ metadata: { namespace: spawner.metadata.namespace, name } }));
    return judge({ spawner, event, isPushed, name, existing, active: countUnfinished(spawner, caches), unfinished: () => unfinishedOf(spawner, caches), created });
  }

  async #carryOut(verdict: Verdict, work: Work, created: number): Promise<Ruled | 'lost' | 'name taken'> {
    const { spawner, event, name, how: { isPushed, client }, signal } = work;
    if (verdict.do === 'nothing') return verdict.decision;
    if (verdict.do === 'wait') return { waits: verdict.why };
    const { loops, clock, decisions } = this.#options;
    // Whoever delivers may do so again when the Task has come and gone.
    const made = isPushed && verdict.do === 'make' && forgetsSoon(spawner) ? await decisions.taskOf(spawner, event.id, addSeconds(clock.now(), -DELIVERED_AGAIN_SECONDS)) : undefined;
    if (made !== undefined) return { outcome: 'Known', task: made, reason: 'Its Task has been deleted since' };
    const judged = await loops.judge(spawner, event, isPushed, signal);
    if ('loop' in judged) {
      await loops.stop(client, spawner, judged.loop, signal);
      return { outcome: 'Refused', filter: 'loop', reason: judged.loop };
    }
    const woken = chainAnnotations(judged.chain, { task: name, at: toKubeTime(clock.now()), event: event.summary });
    const { contextSources = [] } = spawner.spec.taskTemplate;
    const context = contextSources.length > 0 ? await this.#options.fetchContext(spawner, event, signal) : undefined;
    const task = buildTask({ spawner, trigger: triggersOf(spawner)[0]!, event, name, ordinal: created + 1, woken, ...(context && { context }) });
    if (verdict.do === 'make-way') {
      await this.#makeWay(client, verdict.for, task, signal);
      return { waits: `Task "${name}" is being deleted, so that it can be done again` };
    }
    for (const replaced of verdict.replaces) await this.#delete(client, replaced, signal);
    const became = await this.#create(work, task);
    return became === 'made' ? { outcome: verdict.outcome, task: name } : became;
  }

  /** Deletes a Task that has ended for one that the server would take: what could not be made must cost nobody the log of what was. */
  async #makeWay(client: KubeClient, old: Task, successor: Task, signal: AbortSignal): Promise<void> {
    const { name: _name, ...metadata } = successor.metadata;
    try {
      await client.create(taskResource, { ...successor, metadata: { ...metadata, generateName: 'trial-' } } as Task, { dryRun: true, signal });
    } catch (error) {
      throw refusalOf(error);
    }
    await this.#delete(client, old, signal);
  }

  async #delete(client: KubeClient, { metadata: { namespace, name, uid } }: Task, signal: AbortSignal): Promise<void> {
    try {
      await client.delete(taskResource, { namespace: namespace!, name: name! }, { preconditions: { uid: uid! }, propagationPolicy: 'Background', signal });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** When the name is taken, the cache shows by whom. */
  async #create({ spawner, how: { client }, place, signal: wholeSignal }: Work, task: Task): Promise<'made' | 'lost' | 'name taken'> {
    const { caches, metrics } = this.#options;
    try {
      const create = (signal: AbortSignal) => client.create<Task>(taskResource, task, { fieldManager: FIELD_MANAGER, signal });
      const made = await (place ? place.make(create) : create(wholeSignal));
      if (made === 'lost') return made;
      caches.tasks.remember(made);
      this.#countOf(spawner).saw(made);
      metrics?.created(spawner);
      return 'made';
    } catch (error) {
      if (!isAlreadyExists(error)) throw refusalOf(error);
    }
    try {
      caches.tasks.remember(await client.get<Task>(taskResource, { namespace: task.metadata.namespace!, name: task.metadata.name! }, { signal: wholeSignal }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return 'name taken';
  }
}

/** Senders come again within a day; after that an event is a new one, as in the reference. */
const DELIVERED_AGAIN_SECONDS = 24 * 60 * 60;

/** Whether its Tasks may be gone when an event is delivered again: then what they were made of has to be known from the decisions. */
function forgetsSoon({ spec: { taskTemplate: { ttlSecondsAfterFinished = Infinity, metadata } } }: TaskSpawner): boolean {
  return ttlSecondsAfterFinished < DELIVERED_AGAIN_SECONDS || metadata?.annotations?.['taskwright.dev/ttl-seconds-after-failed'] !== undefined;
}

const FIELD_MANAGER = 'taskwright-spawners';

/** What a server says of the object and not of the moment. A right or a quota may be given later. */
const FINAL = new Set([400, 413, 422]);

function refusalOf(error: unknown): unknown {
  if (!(error instanceof ApiError) || !FINAL.has(error.code)) return error;
  return new TaskBuildError('taskTemplate', `makes a Task that the API server does not take: ${oneLine(error.status.message ?? error.reason)}; correct the template`);
}
