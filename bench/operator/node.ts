import { controllerReference, type KubeObject, sleep, systemClock, toKubeTime } from '@taskwright/runtime/kube';
import { type Job, jobResource, type Pod, podResource } from '@taskwright/schema/kubernetes';
import type { BenchServer } from '../server.ts';

const POLL_MS = 50;

/** Plays the kubelet, and where the server has no Job controller that, too: the Pod of a Job is there and runs. */
export async function runPod(server: BenchServer, namespace: string, jobName: string): Promise<void> {
  const pod = server.isEmbedded ? await createPod(server, namespace, jobName) : await podOf(server, namespace, jobName);
  await server.client.patchMerge(podResource, { namespace, name: pod.metadata.name!, subresource: 'status' }, { status: podStatus(pod, 'Running') });
}

/** The Pod ends well and its Job with it. */
export async function endJob(server: BenchServer, namespace: string, jobName: string): Promise<void> {
  const pod = await podOf(server, namespace, jobName);
  await server.client.patchMerge(podResource, { namespace, name: pod.metadata.name!, subresource: 'status' }, { status: podStatus(pod, 'Succeeded') });
  if (!server.isEmbedded) return;
  const at = toKubeTime(systemClock.now());
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastProbeTime: at, lastTransitionTime: at }));
  await server.client.patchMerge(jobResource, { namespace, name: jobName, subresource: 'status' }, { status: { succeeded: 1, startTime: at, completionTime: at, conditions } });
}

/** What a kubelet says of a Pod whose only container runs, or ended with a result. */
export function podStatus(pod: KubeObject, phase: 'Running' | 'Succeeded') {
  const at = toKubeTime(systemClock.now());
  const { containers } = (pod as Pod).spec!;
  const message = JSON.stringify({ taskwright: 1, outputs: ['branch: fix', 'commit: 0123456789012345678901234567890123456789', 'cost-usd: 0.5'] });
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
