import type { Clock } from '../kube/clock.ts';
import type { Transport } from '../kube/transport.ts';
import { builtInResources } from './built-in-resources.ts';
import { internalOptions, type Cluster } from './cluster.ts';
import { createObject } from './create.ts';
import type { ConvertObject } from './custom-resource-conversion.ts';
import { customResourceDefinitions, followDefinitions } from './custom-resource-definitions.ts';
import { EventExpiry } from './event-expiry.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { listen, type HttpFace, type ListenOptions } from './http-face.ts';
import { InProcessTransport } from './in-process-transport.ts';
import { NamespaceController } from './namespace-controller.ts';
import type { PodLogs } from './pod-logs.ts';
import { systemRandom, type Random } from './random.ts';
import { RequestHandler } from './request-handler.ts';
import { ResourceRegistry } from './resource-registry.ts';
import { StateFile } from './state-file.ts';
import { Store } from './store.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  /** Where container output comes from. Left out: `pods/log` is empty. */
  readonly podLogs?: PodLogs;
  /** Keeps the objects over a restart. One server at a time. Left out: they end with it. */
  readonly stateFile?: string;
  /** Where uids and generated names come from. Defaults to the system's. */
  readonly random?: Random;
  /** How many changes per kind a watch can go back before it is told 410. Defaults to 10,000. */
  readonly watchWindow?: number;
  /** Stands for every webhook that converts custom resources. Left out: a definition that names one can be read in its stored version only. */
  readonly convert?: ConvertObject;
}

const DEFAULT_WATCH_WINDOW = 10_000;
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * A Kubernetes API server in this process: the same answers as a real one, for one user on one machine.
 *
 * It only answers requests. What makes a cluster move is beside it: `startControllers` for what belongs to the API, the engine for Jobs and Pods.
 */
export class ApiServer {
  /** Speaks to the server without a socket. */
  readonly transport: Transport;
  readonly #handler: RequestHandler;
  readonly #cluster: Cluster;
  readonly #stateFile: StateFile | undefined;

  constructor({ clock, podLogs, stateFile, random = systemRandom, watchWindow = DEFAULT_WATCH_WINDOW, convert = nobodyConverts }: ApiServerOptions) {
    const store = new Store({ windowSize: watchWindow });
    if (stateFile !== undefined) this.#stateFile = new StateFile(stateFile, store);
    const resources = new ResourceRegistry([...builtInResources(), customResourceDefinitions(() => clock.now())]);
    const cluster: Cluster = { clock, random, store, resources };
    followDefinitions(store, resources, convert);
    createNamespaces(cluster);
    this.#cluster = cluster;
    this.#handler = new RequestHandler(cluster, podLogs);
    this.transport = new InProcessTransport(this.#handler);
  }

  /** Starts the controllers that belong to the API itself: what nobody owns is deleted, deleted namespaces are emptied, old Events go. */
  startControllers(): { stop(): void } {
    const controllers = [new GarbageCollector(this.#cluster), new NamespaceController(this.#cluster), new EventExpiry(this.#cluster)];
    return { stop: () => controllers.forEach((controller) => controller.stop()) };
  }

  /** Ends every request and lets go of the state file. What is written afterwards is lost. */
  async close(): Promise<void> {
    await this.transport.close();
    this.#stateFile?.close();
  }

  /** Serves the same over HTTPS to whoever has the token, on loopback unless told otherwise. */
  listen(options: ListenOptions = {}): Promise<HttpFace> {
    return listen(this.#handler, options);
  }
}

function nobodyConverts(): never {
  throw new Error('nobody converts objects here; read them in the version that they are stored in');
}

function createNamespaces(cluster: Cluster): void {
  const resource = cluster.resources.find('', 'v1', 'namespaces')!;
  for (const name of SYSTEM_NAMESPACES) {
    if (cluster.store.get(resource.collection, name)) continue;
    createObject(cluster, { resource }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, internalOptions('taskwright'));
  }
}
