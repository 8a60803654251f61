import type { Change } from '../../src/kube/change-feed.ts';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type Clock, sleep } from '../../src/kube/clock.ts';
import { controllerOf } from '../../src/kube/object.ts';
import { toKubeTime } from '../../src/kube/time.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import type { LoggedContainer, PodLogs } from '../../src/embedded/pod-logs.ts';

/** What happens in a Pod; the same in each, unless `attempts` says otherwise. */
export interface Script extends Attempt {
  /** By the number of the attempt, from 0. */
  readonly attempts?: readonly Attempt[];
}

export interface Attempt {
  readonly prepareExitCode?: number;
  readonly runsForMs?: number;
  readonly exitCode?: number;
  /** The termination message. */
  readonly message?: string;
  /** What it leaves when it is stopped. */
  readonly stoppedMessage?: string;
  /** Left out: it printed nothing. */
  readonly log?: string;
}

type State = { running: object } | { terminated: object };

/** Containers beside the agent never end by themselves. */
const FOR_EVER_MS = 1e12;

/**
 * A node that runs nothing: it reports what the script says, at the times it says.
 *
 * Like the real one it ends a Pod that is deleted before it lets it go, and reports how its containers ended.
 */
export class FakeKubelet implements PodLogs {
  readonly #clock: Clock;
  readonly #client: () => KubeClient;
  readonly #scriptOf: (pod: Pod) => Script;
  readonly #running = new Map<string, AbortController>();
  readonly #attempts = new Map<string, Attempt>();
  /** Pods there were of each Job. */
  readonly #started = new Map<string, number>();
  /** The logs that were asked for, by the name of the Pod. */
  readonly logsRead: string[] = [];
  readonly #agentEnded = new Set<string>();
  readonly #active = new Set<string>();
  mostActive = 0;

  constructor(clock: Clock, client: () => KubeClient, script: Script | ((pod: Pod) => Script)) {
    this.#clock = clock;
    this.#client = client;
    this.#scriptOf = typeof script === 'function' ? script : () => script;
  }

  podChanged({ type, object }: Change<Pod>): void {
    const uid = object.metadata.uid!;
    if (type === 'deleted') return this.#running.get(uid)?.abort();
    if (object.metadata.deletionTimestamp) return this.#running.get(uid)?.abort();
    if (this.#running.has(uid)) return;
    const abort = new AbortController();
    this.#running.set(uid, abort);
    const owner = controllerOf(object)?.uid ?? '';
    const number = this.#started.get(owner) ?? 0;
    this.#started.set(owner, number + 1);
    const script = this.#scriptOf(object);
    const attempt = { ...script, ...script.attempts?.[number] };
    this.#attempts.set(uid, attempt);
    this.#run(object, attempt, abort.signal).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async *stream({ pod, uid }: LoggedContainer): AsyncIterable<Buffer> {
    this.logsRead.push(pod);
    yield Buffer.from(this.#attempts.get(uid)?.log ?? '');
  }

  async #run(pod: Pod, { prepareExitCode = 0, runsForMs = 60_000, exitCode = 0, message, stoppedMessage }: Attempt, signal: AbortSignal): Promise<void> {
    this.#active.add(pod.metadata.uid!);
    this.mostActive = Math.max(this.mostActive, this.#active.size);
    let isPreparing = false;
    try {
      await this.#assign(pod);
      await sleep(this.#clock, 1_000, signal);
      const isPrepared = Boolean(pod.spec.initContainers?.length);
      if (isPrepared) {
        isPreparing = true;
        await this.#report(pod, 'Pending', { prepare: this.#runningState() });
        await sleep(this.#clock, 2_000, signal);
        if (prepareExitCode !== 0) return await this.#report(pod, 'Failed', { prepare: this.#ended(prepareExitCode, message) });
      }
      isPreparing = false;
      await this.#report(pod, 'Running', { ...(isPrepared && { prepare: this.#ended(0) }), agent: this.#runningState() });
      await sleep(this.#clock, runsForMs, signal);
      const others = pod.spec.containers.length > 1;
      await this.#report(pod, others ? 'Running' : exitCode === 0 ? 'Succeeded' : 'Failed', { agent: this.#ended(exitCode, message) });
      this.#agentEnded.add(pod.metadata.uid!);
      if (others) await sleep(this.#clock, FOR_EVER_MS, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      const others = this.#agentEnded.has(pod.metadata.uid!);
      await this.#report(pod, 'Failed', others ? {} : { ...(isPreparing && { prepare: this.#ended(137) }), agent: this.#ended(137, stoppedMessage) });
      await sleep(this.#clock, 1_000);
      const { namespace, name, uid } = pod.metadata;
      await this.#client().delete(podResource, { namespace, name: name! }, { gracePeriodSeconds: 0, preconditions: { uid } });
    }
  }

  async #assign({ metadata: { namespace, name, uid } }: Pod): Promise<void> {
    await this.#client().patchMerge(podResource, { namespace, name: name! }, { metadata: { uid }, spec: { nodeName: 'node' } });
  }

  async #report({ metadata: { namespace, name, uid }, spec }: Pod, phase: string, { prepare, agent }: { prepare?: State; agent?: State }): Promise<void> {
    const statusOf = (container: { name: string; image?: string }, state: State) => ({ name: container.name, image: container.image, imageID: '', ready: false, restartCount: 0, state });
    const status = {
      phase,
      ...(prepare ? { initContainerStatuses: [statusOf(spec.initContainers![0]!, prepare)] } : {}),
      ...(agent ? { containerStatuses: [statusOf(spec.containers[0]!, agent)] } : {}),
    };
    if (phase !== 'Pending' && phase !== 'Running') this.#active.delete(uid!);
    await this.#client().patchMerge(podResource, { namespace, name: name!, subresource: 'status' }, { metadata: { uid }, status });
  }

  #runningState(): State {
    return { running: { startedAt: toKubeTime(this.#clock.now()) } };
  }

  #ended(exitCode: number, message?: string): State {
    const at = toKubeTime(this.#clock.now());
    return { terminated: { exitCode, startedAt: at, finishedAt: at, ...(message === undefined ? {} : { message }) } };
  }
}
