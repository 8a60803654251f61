import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB, NOT_ACTED_ON } from './group.ts';
import { workerSpec } from './worker.ts';

/** The values of `status.phase`. The empty one is that of a pool nobody has looked at yet. */
export const WORKER_POOL_PHASES = ['Pending', 'Ready', 'Scaling', 'Failed', ''] as const;

export const workerPoolSpec = z.object({
  worker: workerSpec.describe('The environment of every Pod of the pool. It needs a type, credentials and a workspaceRef. A pool ignores the labels, the deadline and the service account of podOverrides.'),
  replicas: z.int32().min(0).default(1).describe('How many Pods wait for Tasks. 0 pauses the pool. Left out: 1.'),
  volumeClaimTemplate: kubernetesType('io.k8s.api.core.v1.PersistentVolumeClaimSpec').meta({
    description: 'The claim from which each Pod gets the volume of its clone. It cannot be changed.',
    rules: [{ rule: 'self == oldSelf', message: 'volumeClaimTemplate is immutable: delete the pool and create another' }],
  }),
}).meta({
  title: 'WorkerPoolSpec',
  description: 'What the Pods of the pool are like, and how many there are.',
  rules: [
    { rule: 'has(self.worker.type) && size(self.worker.type) > 0', message: 'worker.type is required' },
    { rule: 'has(self.worker.credentials)', message: 'worker.credentials is required' },
    { rule: 'has(self.worker.workspaceRef)', message: 'worker.workspaceRef is required' },
  ],
});

export const workerPoolStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  phase: z.enum(WORKER_POOL_PHASES).optional().describe('Where the pool is: Pending (no Pod yet), Scaling (some are missing), Ready, or Failed.'),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
  replicas: z.int32().optional().describe('Pods there are.'),
  readyReplicas: z.int32().optional().describe('Pods that can take a Task.'),
  statefulSetName: z.string().optional().describe('The StatefulSet that the Pods belong to.'),
  serviceName: z.string().optional().describe('The headless Service of the Pods.'),
  conditions: conditions.optional().describe('Conditions of the pool, one per type.'),
}).meta({ title: 'WorkerPoolStatus', description: 'What has become of the pool. Written by the operator.' });

export const workerPoolKind = {
  group: GROUP,
  kind: 'WorkerPool',
  plural: 'workerpools',
  singular: 'workerpool',
  shortNames: [],
  namespaced: true,
  description: `Pods that stay and run one Task after the other, each with a volume of its own that keeps the clone. ${NOT_ACTED_ON}`,
  versions: [{
    ...HUB,
    schema: z.object({ spec: workerPoolSpec.optional(), status: workerPoolStatus.optional() }),
    printerColumns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.worker.type', description: 'Agent that the Pods run' },
      { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', description: 'Pods there are to be' },
      { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas', description: 'Pods that can take a Task' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the pool is' },
      { name: 'Workspace', type: 'string', jsonPath: '.spec.worker.workspaceRef.name', description: 'Workspace that is cloned', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export const workerPoolResource = resourceOf(workerPoolKind);

export type WorkerPoolSpec = z.infer<typeof workerPoolSpec>;
export type WorkerPoolStatus = z.infer<typeof workerPoolStatus>;

/** A WorkerPool of the API. The server stores one without `spec` too, as the reference does. */
export interface WorkerPool {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: WorkerPoolSpec;
  status?: WorkerPoolStatus;
}
