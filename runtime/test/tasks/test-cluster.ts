import { crds, type Task, taskResource } from '@taskwright/schema';
import { type Job, jobResource } from '../../src/embedded/job-controller/job.ts';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { BY_JOB, jobController, jobKeysOf } from '../../src/embedded/job-controller/job-controller.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Informer } from '../../src/kube/informer.ts';
import { Manager } from '../../src/kube/manager.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { type Random, seededRandom } from '../../src/kube/random.ts';
import { FakeKubelet, type Script } from './fake-kubelet.ts';

const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

/** A cluster without an operator: the real API server and Job controller of the embedded engine, and a node that plays a script. */
export interface TestCluster {
  readonly api: ApiServer;
  readonly clock: VirtualClock;
  /** For the test itself: what it does is no part of what is counted. */
  readonly client: KubeClient;
  readonly tasks: Informer<Task>;
  /** Every Job there ever was. */
  readonly jobUids: Set<string>;
  readonly kubelet: FakeKubelet;
  create(object: KubeObject, resource?: Resource): Promise<KubeObject>;
  task(name?: string): Task | undefined;
  stop(): Promise<void>;
}

/** `seed`: every uid, generated name and jitter follows from it. Left out: they are the machine's. */
export async function startCluster(script: Script | ((pod: Pod) => Script) = {}, { seed }: { seed?: number } = {}): Promise<TestCluster> {
  const random = seed === undefined ? {} : { random: seededRandom(seed) };
  const clock = new VirtualClock();
  const kubelet: FakeKubelet = new FakeKubelet(clock, () => client, script);
  const api = new ApiServer({ clock, podLogs: kubelet, ...(random.random && { random: namesFrom(random.random) }) });
  const client = new KubeClient(api.transport, { userAgent: 'test', clock });
  const controllers = api.startControllers();
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  await client.create({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }, { metadata: { name: 'dev' } });

  const jobs = new Informer<Job>(client, { resource: jobResource, clock, ...random });
  const pods = new Informer<Pod, typeof BY_JOB>(client, { resource: podResource, clock, ...random, indexes: { [BY_JOB]: jobKeysOf } });
  const tasks = new Informer<Task>(client, { resource: taskResource, clock, ...random });
  const jobUids = new Set<string>();
  jobs.onChange(({ object }) => void jobUids.add(object.metadata.uid!));
  pods.onChange((change) => kubelet.podChanged(change));
  const manager = new Manager({ informers: [jobs, pods, tasks], controllers: [jobController({ client, clock, jobs, pods })] });
  await manager.ready;

  return {
    api,
    clock,
    client,
    tasks,
    jobUids,
    kubelet,
    create: (object, resource = taskResource) => client.create(resource, object),
    task: (name = 'fix') => tasks.get(`dev/${name}`),
    async stop() {
      await manager.stop();
      controllers.stop();
      await api.transport.close();
    },
  };
}

function namesFrom(random: Random): { uid(): string; below(bound: number): number } {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return { uid: () => [8, 4, 4, 4, 12].map(hex).join('-'), below: (bound) => Math.floor(random() * bound) };
}
