import { ApiError, keyOf, type KubeClient, type KubeObject, type WatchEvent } from '@taskwright/runtime/kube';
import { type Task, taskResource } from '@taskwright/schema';
import { type Pod, podResource } from '@taskwright/schema/kubernetes';

/** Hears what happens to Tasks, in order. */
export interface TaskObserver {
  /** A Task's phase or message is another than before. */
  phaseChanged(task: Task): void;
  /** A container of the Task cannot start yet, and the operator does not count that as a failure. */
  heldUp(task: string, why: string): void;
  /** One line that a container of the Task printed. */
  printed(task: string, container: string, line: string): void;
}

/** Containers whose output tells what a Task does, in the order in which they run. */
const TOLD_CONTAINERS = ['kelos-prepare', 'kelos-agent'];

const OUTPUTS_START = '---KELOS_OUTPUTS_START---';
const OUTPUTS_END = '---KELOS_OUTPUTS_END---';

/** The Tasks that are followed: these until each has finished, or all there are, until somebody stops it. */
export type Followed = ReadonlySet<string> | 'all';

/**
 * Tells the observer what the Tasks do, and returns them as they ended, or as they were when it was stopped: where more may come at any time, that is the
 * end.
 *
 * A Task that is deleted counts as finished. Nothing is polled: Tasks and Pods are watched, logs are followed.
 */
export async function followTasks(client: KubeClient, followed: Followed, observer: TaskObserver, signal: AbortSignal): Promise<Task[]> {
  const finished = new AbortController();
  const either = AbortSignal.any([signal, finished.signal]);
  const logs = new LogFollower(client, observer, signal);
  const tasks = new Map<string, Task>();
  const isFollowed = (key: string) => followed === 'all' || followed.has(key);
  const open = new Set(followed === 'all' ? [] : followed);

  const watchTasks = async () => {
    for await (const { type, object } of changes<Task>(client, taskResource, either)) {
      const key = keyOf(object);
      if (!isFollowed(key)) continue;
      const before = tasks.get(key)?.status;
      tasks.set(key, object);
      if (before?.phase !== object.status?.phase || before?.message !== object.status?.message) observer.phaseChanged(object);
      if (type === 'DELETED' || ['Succeeded', 'Failed'].includes(object.status?.phase ?? '')) open.delete(key);
      if (followed !== 'all' && open.size === 0) return finished.abort();
    }
  };
  const watchPods = async () => {
    for await (const { object } of changes<Pod>(client, podResource, either)) logs.podChanged(object, isFollowed);
  };

  if (followed === 'all') await Promise.all([untilAborted(watchTasks(), signal), untilAborted(watchPods(), signal)]);
  else if (followed.size > 0) await Promise.all([watchTasks(), untilAborted(watchPods(), finished.signal)]);
  await logs.settled();
  return [...tasks.values()];
}

async function* changes<T>(client: KubeClient, resource: Parameters<KubeClient['watch']>[0], signal: AbortSignal): AsyncIterable<WatchEvent<T>> {
  const everything = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', resourceVersion: '' } as const;
  for await (const event of client.watch<T>(resource, everything, signal)) {
    if (event.type === 'ERROR') throw new Error(`watch of ${resource.plural} ended: ${JSON.stringify(event.object)}`);
    if (event.type !== 'BOOKMARK') yield event;
  }
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Follows each container of each Pod once, from its first line to its last. */
class LogFollower {
  readonly #client: KubeClient;
  readonly #observer: TaskObserver;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Promise<void>>();

  constructor(client: KubeClient, observer: TaskObserver, signal: AbortSignal) {
    this.#client = client;
    this.#observer = observer;
    this.#signal = signal;
  }

  podChanged(pod: Pod, isFollowed: (key: string) => boolean): void {
    const task = pod.metadata.labels?.['kelos.dev/task'];
    if (task === undefined || !isFollowed(keyOf({ metadata: { ...pod.metadata, name: task } } as KubeObject))) return;
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const { name, image, state } of statuses) {
      const id = `${pod.metadata.uid}/${name}`;
      if (state?.waiting?.reason === 'ErrImagePull') this.#observer.heldUp(task, `no image ${image} yet: ${state.waiting.message ?? 'no reason given'}`);
      const started = state?.running !== undefined || state?.terminated !== undefined;
      if (!started || !TOLD_CONTAINERS.includes(name) || this.#followed.has(id)) continue;
      this.#followed.set(id, this.#follow(pod, task, name));
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#followed.values());
  }

  async #follow(pod: Pod, task: string, container: string): Promise<void> {
    const { namespace, name } = pod.metadata;
    const decoder = new TextDecoder();
    let rest = '';
    // The lines between the markers are for programs; what they say is in the Task's results.
    let isForPrograms = false;
    const tell = (line: string) => {
      if (line === OUTPUTS_START) isForPrograms = true;
      if (!isForPrograms) this.#observer.printed(task, container, line);
      if (line === OUTPUTS_END) isForPrograms = false;
    };
    try {
      for await (const chunk of this.#client.logs({ namespace: namespace!, name: name!, container, follow: true }, this.#signal)) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) tell(line);
      }
      if (rest !== '') tell(rest);
    } catch (error) {
      // The Pod may be gone before its log was asked for; what became of the Task is in its status.
      if (!(error instanceof ApiError) && !this.#signal.aborted) throw error;
    }
  }
}
