import { Informer, type KubeClient, type KubeObject, type Resource, systemClock } from '@taskwright/runtime/kube';
import { type Task, taskResource } from '@taskwright/schema';
import { jobResource } from '@taskwright/schema/kubernetes';

/** Sees when each Task of a namespace gets its Job and its status: the same way for every operator. */
export interface TaskWatch {
  /** When a Job was seen first, in milliseconds of `performance.now()`, by its name. */
  readonly jobSeenAt: ReadonlyMap<string, number>;
  /** Resolves when so many Tasks have a Job and a status that names it. */
  started(count: number): Promise<void>;
  /** Resolves when so many Tasks have been in the phase. */
  reached(phase: 'Running' | 'Succeeded', count: number): Promise<void>;
  stop(): void;
}

const WITHIN_MS = 120_000;

export async function taskWatch(client: KubeClient, namespace: string): Promise<TaskWatch> {
  const stop = new AbortController();
  const jobSeenAt = new Map<string, number>();
  const withStatus = new Set<string>();
  const inPhase = { Running: new Set<string>(), Succeeded: new Set<string>() };
  const waiting: { reached: () => boolean; resolve: () => void }[] = [];
  const settle = () => {
    for (const wait of waiting) if (wait.reached()) wait.resolve();
  };
  const until = (reached: () => boolean) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const counts = () => `${jobSeenAt.size} Jobs, ${withStatus.size} with a status, ${inPhase.Running.size} ran, ${inPhase.Succeeded.size} succeeded`;
    const timer = systemClock.after(WITHIN_MS, () => reject(new Error(`${namespace}: the operator stands still after ${WITHIN_MS} ms: ${counts()}`)));
    waiting.push({ reached, resolve });
    settle();
    return promise.finally(() => timer.cancel());
  };
  await Promise.all([
    follow<KubeObject>(jobResource, ({ metadata }) => {
      if (!jobSeenAt.has(metadata.name!)) jobSeenAt.set(metadata.name!, performance.now());
    }),
    follow<Task>(taskResource, ({ metadata, status }) => {
      if (status?.jobName) withStatus.add(metadata.name!);
      if (status?.phase === 'Running' || status?.phase === 'Succeeded') inPhase[status.phase].add(metadata.name!);
    }),
  ]);
  return {
    jobSeenAt,
    started: (count) => until(() => jobSeenAt.size >= count && withStatus.size >= count),
    reached: (phase, count) => until(() => inPhase[phase].size >= count),
    stop: () => stop.abort(new Error('the round is over')),
  };

  async function follow<T extends KubeObject>(resource: Resource, seen: (object: T) => void): Promise<void> {
    const informer = new Informer<T>(client, { resource, namespace });
    informer.onChange(({ object }) => {
      seen(object);
      settle();
    });
    informer.start(stop.signal).catch(() => {}); // It ends by being stopped.
    await informer.synced;
  }
}
