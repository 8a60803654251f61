import { isNotFound } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { Informer } from '../../src/kube/informer.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import { result } from '../tasks/task-fixtures.ts';

const at = '2026-01-01T00:00:00Z';

/** Says of the Pods of a namespace what a kubelet would: each starts at once, and succeeds when it may. */
export class PodPlayer {
  readonly #client: KubeClient;
  readonly #stop = new AbortController();
  readonly #mayEnd = Promise.withResolvers<void>();
  readonly #seen = new Set<string>();
  readonly #plays: Promise<void>[] = [];

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    const pods = new Informer<Pod>(client, { resource: podResource, namespace, clock: systemClock });
    pods.onChange(({ type, object }) => {
      const { uid, deletionTimestamp } = object.metadata;
      if (type === 'deleted' || deletionTimestamp || this.#seen.has(uid!)) return;
      this.#seen.add(uid!);
      this.#plays.push(this.#play(object));
    });
    pods.start(this.#stop.signal).catch(() => {});
  }

  get started(): number {
    return this.#seen.size;
  }

  letEnd(): void {
    this.#mayEnd.resolve();
  }

  /** Rejects with what went wrong on the way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.letEnd();
    await Promise.all(this.#plays);
  }

  async #play(pod: Pod): Promise<void> {
    await this.#report(pod, 'Running', { running: { startedAt: at } });
    await this.#mayEnd.promise;
    const message = result([`branch: ${pod.metadata.labels?.['kelos.dev/task']}`, 'cost-usd: 0.5']);
    await this.#report(pod, 'Succeeded', { terminated: { exitCode: 0, message, reason: 'Completed', startedAt: at, finishedAt: at } });
  }

  async #report({ metadata: { namespace, name, uid }, spec }: Pod, phase: string, state: object): Promise<void> {
    const [{ name: container, image }] = spec.containers as [{ name: string; image: string }];
    const containerStatuses = [{ name: container, image, imageID: '', ready: phase === 'Running', restartCount: 0, state }];
    try {
      await this.#client.patchMerge(podResource, { namespace, name: name!, subresource: 'status' }, { metadata: { uid }, status: { phase, startTime: at, containerStatuses } });
    } catch (error) {
      // Its Task went while it ran.
      if (!isNotFound(error)) throw error;
    }
  }
}
