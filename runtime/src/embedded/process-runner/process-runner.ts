import { ApiError } from '../../kube/api-error.ts';
import type { LoggedContainer, LogOptions, PodLogs } from '../pod-logs.ts';
import { isFinishedPod, type Pod, podResource } from '../pod.ts';
import { normalEvent } from '../../kube/plan.ts';
import { endLeftProcesses } from './left-processes.ts';
import { PodDirectory, podsOnDisk } from './pod-directory.ts';
import { streamPodLog } from './pod-log-files.ts';
import { PodWorker, type RunnerContext } from './pod-worker.ts';

/** The API could not be written: try again. */
const ASSIGN_RETRY_MS = 1_000;

/**
 * Plays scheduler and kubelet of a cluster with one node: takes every Pod, runs its containers, writes its status.
 *
 * It is told of Pods and of changed configuration by whoever watches the API, and does the rest itself.
 */
export class ProcessRunner implements PodLogs {
  readonly #context: RunnerContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #namespaces = new Map<string, string>();
  readonly #leaving = new Set<Promise<void>>();
  #isStopped = false;

  constructor(context: RunnerContext) {
    this.#context = context;
  }

  /** Ends what an earlier engine left running, and clears away what belongs to none of the Pods of the API. Comes before the first Pod. */
  async recover(uids: ReadonlySet<string>): Promise<void> {
    const { dataDir, clock } = this.#context;
    await endLeftProcesses(dataDir, clock);
    for (const uid of podsOnDisk(dataDir)) if (!uids.has(uid)) await new PodDirectory(dataDir, uid).remove();
  }

  /** A Pod is there, or changed. */
  podChanged(pod: Pod): void {
    const uid = pod.metadata.uid!;
    const { nodeName } = this.#context.node;
    const worker = this.#workers.get(uid);
    if (worker) return worker.update(pod);
    // What was on its way when the watch ended still comes: nobody would end what it starts.
    if (this.#isStopped) return;
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return void this.#assign(pod);
    if (pod.spec.nodeName !== nodeName || (isFinishedPod(pod) && pod.metadata.deletionTimestamp === undefined)) return;
    this.#namespaces.set(uid, pod.metadata.namespace!);
    this.#workers.set(uid, new PodWorker(pod, this.#context));
  }

  podGone({ metadata: { uid } }: Pod): void {
    const worker = this.#workers.get(uid!);
    this.#workers.delete(uid!);
    this.#namespaces.delete(uid!);
    const leaving = (worker ? worker.gone() : new PodDirectory(this.#context.dataDir, uid!).remove())
      .catch(this.#context.onError)
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** A Secret or ConfigMap of this namespace is there, changed or gone. */
  configChanged(namespace: string): void {
    for (const [uid, worker] of this.#workers) if (this.#namespaces.get(uid) === namespace) worker.configChanged();
  }

  /** Ends every container. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    await Promise.all(this.#leaving);
  }

  stream(container: LoggedContainer, options: LogOptions, signal: AbortSignal): AsyncIterable<Buffer> {
    return streamPodLog(this.#context.dataDir, container, this.#workers.get(container.uid)?.liveLog(container.container), options, signal);
  }

  async #assign(pod: Pod): Promise<void> {
    const { client, clock, node, recordEvent, onError } = this.#context;
    const { namespace, name, uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) return;
    try {
      await client.patchMerge(podResource, { namespace: namespace!, name: name! }, { metadata: { uid }, spec: { nodeName: node.nodeName } });
      recordEvent(pod, normalEvent('Scheduled', `Successfully assigned ${namespace}/${name} to ${node.nodeName}`));
    } catch (error) {
      // Gone, or another Pod has its name by now: the next event says so.
      if (this.#isStopped || (error instanceof ApiError && (error.code === 404 || error.code === 409))) return;
      onError(error);
      clock.after(ASSIGN_RETRY_MS, () => !this.#isStopped && void this.#assign(pod));
    }
  }
}
