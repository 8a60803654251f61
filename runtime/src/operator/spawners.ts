import type { TaskSpawner } from '@taskwright/schema';
import type { ContextLook } from '../context-sources/context-look.ts';
import type { ContextSources } from '../context-sources/context-sources.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Controller } from '../kube/controller.ts';
import { type Log, silentLog } from '../kube/log.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import type { Random } from '../kube/random.ts';
import type { PolledSource, SourceContext } from '../sources/source.ts';
import type { DecisionLog } from '../spawners/decision.ts';
import { LoopGuard } from '../spawners/loop-guard.ts';
import { LoopTrail } from '../spawners/loop-trail.ts';
import { OwnLogins } from '../spawners/own-login.ts';
import type { Pause } from '../spawners/pause.ts';
import { Places } from '../spawners/places.ts';
import { Secrets } from '../spawners/secrets.ts';
import { sourceContext, type SourceSurroundings } from '../spawners/source-context.ts';
import { type SpawnerCaches, spawnerCaches } from '../spawners/spawner-caches.ts';
import { spawnerController } from '../spawners/spawner-controller.ts';
import type { SpawnerMetrics } from '../spawners/spawner-metrics.ts';
import { type FetchContext, TaskSpawning } from '../spawners/task-spawning.ts';
import type { TaskCaches } from '../tasks/task-caches.ts';

export interface SpawnersOptions {
  readonly client: KubeClient;
  /** Of a process that does not lead as well. */
  readonly free: KubeClient;
  readonly tasks: TaskCaches;
  readonly informers: Parameters<typeof spawnerCaches>[2];
  /** Where decisions are kept. */
  readonly decisions: DecisionLog;
  /** Texts for templates. */
  readonly contexts: ContextSources;
  readonly clients: Pick<SourceSurroundings, 'fetch' | 'github'>;
  readonly sources: readonly PolledSource[];
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorder;
  /** Writes whether this process leads or not. */
  readonly replicaEvents: EventRecorder;
  readonly pause: Pause;
  /** Whether other processes are told of events as well. */
  readonly isOneOfSeveral: boolean;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  readonly spawnerMetrics?: SpawnerMetrics;
}

/** What acts on the TaskSpawners of a namespace, or of all. */
export interface Spawners {
  readonly caches: SpawnerCaches;
  readonly controller: Controller;
  /** Makes Tasks of what is told, whether this process leads or not. */
  readonly spawning: TaskSpawning;
  /** Read by whoever answers for a namespace, leader or not. */
  readonly secrets: Secrets;
  /** What a source may use to judge what it is told. */
  contextOf(spawner: TaskSpawner, signal: AbortSignal): SourceContext;
  close(): void;
  /** Writes down what would be written soon. */
  flush(): Promise<void>;
}

export function startSpawners({ client, free, tasks, pause, informers, decisions, contexts, clients, sources, clock, random, events, replicaEvents, isOneOfSeveral, log, metrics, spawnerMetrics }: SpawnersOptions): Spawners {
  const caches = spawnerCaches(tasks, client, informers);
  const secrets = new Secrets({ client: free, clock });
  const logins = new OwnLogins(clock);
  const contextOf = (spawner: TaskSpawner, signal: AbortSignal) => sourceContext(spawner, { caches, secrets, clock, ...clients }, { signal, log: log ?? silentLog });
  const places = isOneOfSeveral ? new Places({ client: free, tasks: tasks.tasks, clock }) : undefined;
  const spawning = new TaskSpawning({
    client: free,
    caches,
    clock,
    decisions,
    fetchContext: contextFetcher(contexts, secrets),
    loops: new LoopGuard({ spawners: caches.spawners, clock, trail: new LoopTrail(tasks.tasks, clock), ownLogin: (spawner, { origin }, signal) => logins.of(contextOf(spawner, signal), origin?.own), events: replicaEvents, ...(spawnerMetrics && { metrics: spawnerMetrics }) }),
    pause,
    ...(places && { places }),
    ...(spawnerMetrics && { metrics: spawnerMetrics }),
  });
  const { controller, close } = spawnerController({
    client,
    caches,
    secrets,
    spawning,
    sources,
    pause,
    clock,
    random,
    events,
    log,
    ...clients,
    ...(metrics && { controllerMetrics: metrics.controller('taskspawner') }),
    ...(spawnerMetrics && { metrics: spawnerMetrics }),
  });
  return { caches, controller, spawning, secrets, contextOf, close, flush: async () => places?.flush() };
}

/** Events that are dealt with in one run share what they fetch. */
function contextFetcher(contexts: ContextSources, secrets: Secrets): FetchContext {
  const looks = new WeakMap<AbortSignal, ContextLook>();
  return async ({ metadata, spec }, { variables }, signal) => {
    const look = looks.get(signal) ?? contexts.look((name) => secrets.read(metadata.namespace!, name), signal);
    looks.set(signal, look);
    const fetched = await look.fetch(spec.taskTemplate.contextSources ?? [], variables);
    if (fetched.is === 'failed') throw new Error(fetched.problem);
    return fetched.texts;
  };
}
