import { jobResource } from '@taskwright/schema/kubernetes';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import type { Connection } from '../contract/connection.ts';
import { until } from '../contract/until.ts';

const at = '2026-01-01T00:00:00Z';

/**
 * What a kubelet would say, said by the test: the control plane has no node, and a Job does not ask who wrote the status of its Pods.
 *
 * The real Job controller and scheduler see every step of it.
 */
export class PlayedKubelet {
  readonly #connection: Connection;
  readonly #namespace: string;

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
  }

  /** The Pod of a Job, as soon as the Job controller has made it. */
  async podOf(job: string): Promise<Pod> {
    const { client } = this.#connection;
    let pod: Pod | undefined;
    const made = await until(this.#connection, async () => {
      pod = (await client.list<Pod>(podResource, { namespace: this.#namespace, labelSelector: `batch.kubernetes.io/job-name=${job}` })).items
        .find(({ status }) => status?.phase === 'Pending' || status?.phase === 'Running');
      return pod !== undefined;
    });
    if (!made) throw new Error(`Job ${job} has no Pod: ${JSON.stringify(await client.get(jobResource, { namespace: this.#namespace, name: job }))}`);
    return pod!;
  }

  async run(pod: Pod): Promise<void> {
    await this.#report(pod, 'Running', { running: { startedAt: at } });
  }

  async end(pod: Pod, exitCode: number, message: string): Promise<void> {
    await this.#report(pod, exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { exitCode, message, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: at, finishedAt: at } });
  }

  async #report({ metadata: { name, uid }, spec }: Pod, phase: string, state: object): Promise<void> {
    const [{ name: container, image }] = spec.containers as [{ name: string; image: string }];
    const containerStatuses = [{ name: container, image, imageID: '', ready: phase === 'Running', restartCount: 0, state }];
    const address = { namespace: this.#namespace, name: name!, subresource: 'status' };
    await this.#connection.client.patchMerge(podResource, address, { metadata: { uid }, status: { phase, startTime: at, containerStatuses } });
  }
}
