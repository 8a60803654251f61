import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, Resource } from '../../kube/object.ts';
import { toKubeTime } from '../../kube/time.ts';

export const nodeResource: Resource = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

export interface NodeDescription {
  readonly name: string;
  readonly ip: string;
  /** Shown as the container runtime. */
  readonly runtime: string;
  readonly now: Date;
}

/** The name of this machine as a name of the API: laptops are called `Ada's MacBook.local`, too. */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/(^|\.)[.-]+|[.-]+(?=\.|$)/g, '$1')
    .slice(0, LONGEST_NAME)
    .replace(/[.-]+$/, '');
  return name === '' ? 'localhost' : name;
}

/** It is a label, too. */
const LONGEST_NAME = 63;

/** Makes this machine a node of the API, ready for Pods. */
export async function registerNode(client: KubeClient, { name, ip, runtime, now }: NodeDescription): Promise<void> {
  const time = toKubeTime(now);
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': process.platform, 'kubernetes.io/arch': process.arch };
  const node: KubeObject = { metadata: { name, labels } };
  try {
    await client.create(nodeResource, node);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the process runner takes Pods' };
  const status = {
    addresses: [{ type: 'InternalIP', address: ip }, { type: 'Hostname', address: name }],
    conditions: [{ ...ready, lastHeartbeatTime: time, lastTransitionTime: time }],
    nodeInfo: { operatingSystem: process.platform, architecture: process.arch, containerRuntimeVersion: runtime, kubeletVersion: 'process-runner' },
  };
  await client.patchMerge(nodeResource, { name, subresource: 'status' }, { status });
}
