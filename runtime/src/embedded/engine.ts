import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { KubeClient } from '../kube/client.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/events.ts';
import { Informer } from '../kube/informer.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { Manager } from '../kube/manager.ts';
import type { KubeObject } from '../kube/object.ts';
import { ApiServer, type ApiServerOptions } from './api-server.ts';
import { ownDirectory } from './data-owner.ts';
import type { LocalImages } from './images.ts';
import type { PodLogs } from './pod-logs.ts';
import { BY_JOB, jobController, jobKeysOf } from './job-controller/job-controller.ts';
import { type Job, jobResource } from './job-controller/job.ts';
import { type Pod, podResource } from './pod.ts';
import { chooseIsolation } from './process-runner/choose-isolation.ts';
import { configFrom, configMapResource, secretResource } from './process-runner/config-source.ts';
import type { IsolationKind } from './process-runner/isolation.ts';
import { nodeNameOf, registerNode } from './process-runner/node.ts';
import type { RunnerContext } from './process-runner/pod-worker.ts';
import { ProcessRunner } from './process-runner/process-runner.ts';

export interface EngineOptions {
  /** Default: that of the machine. */
  readonly clock?: Clock;
  /** Where logs, volumes and homes of containers are. It belongs to one engine at a time (another process that uses it is an error), and holds Secrets while a Pod that mounts them runs. */
  readonly dataDir: string;
  /** Keeps the objects over a restart. Left out: they end with the engine. */
  readonly stateFile?: string;
  readonly images: LocalImages;
  /** Default: bubblewrap where it works, else path mapping. */
  readonly isolation?: IsolationKind;
  /** Hears what takes long about getting an image. */
  readonly imageProgress?: (image: string, line: string) => void;
  readonly log?: Log;
  readonly api?: Omit<ApiServerOptions, 'clock' | 'podLogs' | 'stateFile'>;
}

export interface Engine {
  readonly api: ApiServer;
  readonly client: KubeClient;
  /** How containers are kept apart, and what to tell people about it. */
  readonly isolation: { readonly kind: IsolationKind; readonly says: string };
  /** Ends every container and controller. Resolves when no process is left. */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/**
 * Starts a Kubernetes for one machine: an API server, the controllers of Jobs, garbage and namespaces, and a node that runs Pods
 * as local processes. Operators run on it through `client` or `api.transport`, unchanged.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { clock = systemClock, stateFile, images, imageProgress, log = silentLog } = options;
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const directory = ownDirectory(dataDir);
  const isolation = await chooseIsolation(options.isolation);
  const podLogs: PodLogs = { stream: (...request) => runner.stream(...request) };
  const api = new ApiServer({ ...options.api, clock, podLogs, ...(stateFile !== undefined && { stateFile }) });
  const client = new KubeClient(api.transport, { userAgent: 'taskwright-engine', clock });
  const onError = (error: unknown) => log.warn({ err: error }, 'the engine met an error');
  const node = { nodeName: nodeNameOf(hostname()), ip: LOOPBACK };
  const events = new EventRecorder(client, {
    reportingController: 'taskwright.dev/engine',
    reportingInstance: node.nodeName,
    clock,
    onError: (error) => log.debug({ err: error }, 'an event was lost'),
  });
  const recordEvent: RunnerContext['recordEvent'] = (pod, note) => events.record({ resource: podResource, object: pod }, note);
  const config = configFrom(client);
  const runner = new ProcessRunner({ client, clock, images, isolation, config, node, dataDir, recordEvent, onError, ...(imageProgress && { imageProgress }) });

  const jobs = new Informer<Job>(client, { resource: jobResource, clock, onError });
  const pods = new Informer<Pod, typeof BY_JOB>(client, { resource: podResource, clock, onError, indexes: { [BY_JOB]: jobKeysOf } });
  const configurations = [secretResource, configMapResource].map((resource) => new Informer(client, { resource, clock, onError, project: withoutData }));
  pods.onChange((change) => {
    if (change.type === 'deleted') return runner.podGone(change.object);
    if (change.type === 'updated' && change.old.metadata.uid !== change.object.metadata.uid) runner.podGone(change.old);
    runner.podChanged(change.object);
  });
  for (const informer of configurations) informer.onChange(({ object }) => runner.configChanged(object.metadata.namespace!));

  const ofTheApi = api.startControllers();
  await registerNode(client, { name: node.nodeName, ip: LOOPBACK, runtime: isolation.kind, now: clock.now() });
  const { items: known } = await client.list<Pod>(podResource);
  await runner.recover(new Set(known.map(({ metadata }) => metadata.uid!)));
  const manager = new Manager({
    informers: [jobs, pods, ...configurations],
    controllers: [jobController({ client, clock, jobs, pods, events, log })],
    flush: () => events.flush(),
    log,
  });
  await manager.ready;

  return {
    api,
    client,
    isolation: { kind: isolation.kind, says: isolation.says },
    async stop() {
      await manager.stop();
      await runner.stop();
      ofTheApi.stop();
      await api.close();
      directory.release();
    },
  };
}

/** That it changed is all the cache is for: no copy of a Secret stays in memory. */
function withoutData({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return { ...(apiVersion && { apiVersion }), ...(kind && { kind }), metadata };
}
