import { controllerReference, type KubeObject, type Resource, sleep, systemClock, toKubeTime } from '@taskwright/runtime/kube';
import { type Job, jobResource, type Pod, podResource } from '@taskwright/schema/kubernetes';
import type { BenchServer } from '../server.ts';

const NODES: Resource = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
const NAME = 'bench-node';
/** A node that says nothing for 40 s is taken for lost. */
const HEARTBEAT_MS = 10_000;
const POLL_MS = 50;

/** A node with room for every Pod, so that the scheduler places them as in a cluster, instead of saying of each that it cannot. Answers how to leave. */
export async function joinNode({ client, isEmbedded }: BenchServer): Promise<() => void> {
  if (isEmbedded) return () => {};
  const room = { cpu: '1M', memory: '1Pi', pods: '1000000' };
  const left = new AbortController();
  await client.apply(NODES, { metadata: { name: NAME } }, { fieldManager: 'bench' });
  const beat = async () => {
    const at = toKubeTime(systemClock.now());
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: at }];
    await client.patchMerge(NODES, { name: NAME, subresource: 'status' }, { status: { capacity: room, allocatable: room, conditions } });
  };
  await beat();
  void (async () => {
    for (;;) {
      await sleep(systemClock, HEARTBEAT_MS, left.signal);
      await beat();
    }
  })().catch(() => {}); // It left, or the server is gone.
  return () => left.abort();
}

/** Plays the kubelet, and where the server has no Job controller that, too: the Pod of a Job is there and runs. */
export async function runPod(server: BenchServer, namespace: string, jobName: string): Promise<void> {
  const pod = server.isEmbedded ? await createPod(server, namespace, jobName) : await podOf(server, namespace, jobName);
  await server.client.patchMerge(podResource, { namespace, name: pod.metadata.name!, subresource: 'status' }, { status: podStatus(pod, 'Running') });
}

/** The Pod ends well and its Job with it. `outputs` are the lines that the agent leaves. */
export async function endJob(server: BenchServer, namespace: string, jobName: string, outputs?: readonly string[]): Promise<void> {
  const pod = await podOf(server, namespace, jobName);
  await server.client.patchMerge(podResource, { namespace, name: pod.metadata.name!, subresource: 'status' }, { status: podStatus(pod, 'Succeeded', outputs) });
  if (!server.isEmbedded) return;
  await server.client.patchMerge(jobResource, { namespace, name: jobName, subresource: 'status' }, { status: completeStatus() });
}

/** What a Job controller says of a Job whose Pod succeeded. */
export function completeStatus() {
  const at = toKubeTime(systemClock.now());
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastProbeTime: at, lastTransitionTime: at }));
  return { succeeded: 1, startTime: at, completionTime: at, conditions };
}

const COMMIT = ['branch: fix', 'commit: 0123456789012345678901234567890123456789'];
export const COMMIT_AND_COST = [...COMMIT, 'cost-usd: 0.5'];

/** What a kubelet says of a Pod whose only container runs, or ended with a result. */
export function podStatus(pod: KubeObject, phase: 'Running' | 'Succeeded', outputs: readonly string[] = COMMIT) {
  const at = toKubeTime(systemClock.now());
  const { containers } = (pod as Pod).spec!;
  const message = JSON.stringify({ taskwright: 1, outputs });
  const state = phase === 'Running' ? { running: { startedAt: at } } : { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at, message } };
  return {
    phase,
    startTime: at,
    podIP: '127.0.0.1',
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime: at })),
    containerStatuses: containers.map(({ name, image }) => ({ name, image: image ?? '', imageID: 'sha256:0', ready: phase === 'Running', restartCount: 0, started: phase === 'Running', state })),
  };
}

async function createPod({ client }: BenchServer, namespace: string, jobName: string): Promise<KubeObject> {
  const job = await client.get<Job & KubeObject>(jobResource, { namespace, name: jobName });
  const { metadata, spec } = job.spec!.template as { metadata: { labels: Record<string, string> }; spec: object };
  const labels = { ...metadata.labels, 'batch.kubernetes.io/job-name': jobName };
  return await client.create(podResource, { metadata: { namespace, name: `${jobName}-0`, labels, ownerReferences: [controllerReference(job, jobResource)] }, spec } as KubeObject);
}

async function podOf({ client }: BenchServer, namespace: string, jobName: string): Promise<KubeObject> {
  for (;;) {
    const { items: [pod] } = await client.list(podResource, { namespace, labelSelector: `batch.kubernetes.io/job-name=${jobName}` });
    if (pod) return pod;
    await sleep(systemClock, POLL_MS);
  }
}
