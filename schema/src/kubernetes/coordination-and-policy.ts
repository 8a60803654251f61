import type { Definition } from './definitions.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/**
 * Leases and PodDisruptionBudgets, which leader election and the install need. The document that `definitions.json` was made
 * from leaves their groups out.
 */
export const coordinationAndPolicy: Record<string, Definition> = {
  'io.k8s.api.coordination.v1.Lease': servedObject('coordination.k8s.io', 'Lease', 'A lock with an expiry, by which replicas agree on a leader.', {
    spec: { $ref: 'io.k8s.api.coordination.v1.LeaseSpec', description: 'Who holds the lease, and until when.' },
  }),
  'io.k8s.api.coordination.v1.LeaseList': listOf('coordination.k8s.io', 'io.k8s.api.coordination.v1.Lease'),
  'io.k8s.api.coordination.v1.LeaseSpec': {
    type: 'object',
    description: 'The state of a lease.',
    properties: {
      acquireTime: { $ref: `${META}.MicroTime`, description: 'When the present holder acquired the lease.' },
      holderIdentity: { type: 'string', description: 'Identity of the present holder.' },
      leaseDurationSeconds: { type: 'integer', format: 'int32', description: 'Seconds after renewTime for which others must leave the lease alone.' },
      leaseTransitions: { type: 'integer', format: 'int32', description: 'How often the lease has changed hands.' },
      preferredHolder: { type: 'string', description: 'The holder that should take over, where the strategy allows it.' },
      renewTime: { $ref: `${META}.MicroTime`, description: 'When the present holder last renewed the lease.' },
      strategy: { type: 'string', description: 'How the holder is picked under coordinated leader election.' },
    },
  },
  'io.k8s.api.policy.v1.PodDisruptionBudget': servedObject('policy', 'PodDisruptionBudget', 'How many Pods of a set may be evicted at a time.', {
    spec: { $ref: 'io.k8s.api.policy.v1.PodDisruptionBudgetSpec', description: 'The limit, and the Pods it is for.' },
    status: { $ref: 'io.k8s.api.policy.v1.PodDisruptionBudgetStatus', description: 'How many Pods are healthy, and may be evicted.' },
  }),
  'io.k8s.api.policy.v1.PodDisruptionBudgetList': listOf('policy', 'io.k8s.api.policy.v1.PodDisruptionBudget'),
  'io.k8s.api.policy.v1.PodDisruptionBudgetSpec': {
    type: 'object',
    description: 'The limit of a PodDisruptionBudget.',
    properties: {
      maxUnavailable: { $ref: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString', description: 'Pods that may be missing after an eviction, as a number or a percentage. Excludes minAvailable.' },
      minAvailable: { $ref: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString', description: 'Pods that must be left after an eviction, as a number or a percentage. Excludes maxUnavailable.' },
      selector: { $ref: `${META}.LabelSelector`, description: 'The Pods the budget is for.', 'x-kubernetes-patch-strategy': 'replace' },
      unhealthyPodEvictionPolicy: { type: 'string', enum: ['AlwaysAllow', 'IfHealthyBudget'], description: 'When Pods that are not ready may be evicted.' },
    },
  },
  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus': {
    type: 'object',
    description: 'The state of a PodDisruptionBudget.',
    required: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
    properties: {
      conditions: {
        type: 'array',
        description: 'Conditions of the budget, one per type.',
        items: { $ref: `${META}.Condition` },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'type',
      },
      currentHealthy: { type: 'integer', format: 'int32', description: 'Pods that are healthy.' },
      desiredHealthy: { type: 'integer', format: 'int32', description: 'Pods that must be healthy.' },
      disruptedPods: { type: 'object', additionalProperties: { $ref: `${META}.Time` }, description: 'Pods whose eviction is under way, and since when.' },
      disruptionsAllowed: { type: 'integer', format: 'int32', description: 'Pods that may be evicted now.' },
      expectedPods: { type: 'integer', format: 'int32', description: 'Pods the budget counts.' },
      observedGeneration: { type: 'integer', format: 'int64', description: 'The generation this status belongs to.' },
    },
  },
};

function servedObject(group: string, kind: string, description: string, properties: Record<string, Definition>): Definition {
  return {
    type: 'object',
    description,
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the object.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { $ref: `${META}.ObjectMeta`, description: 'Name, labels and other facts about the object.' },
      ...properties,
    },
    'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind }],
  };
}

function listOf(group: string, item: string): Definition {
  const kind = item.slice(item.lastIndexOf('.') + 1);
  return {
    type: 'object',
    description: `A list of ${kind} objects.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the list.' },
      items: { type: 'array', items: { $ref: item }, description: 'The objects.' },
      kind: { type: 'string', description: 'Kind of the list.' },
      metadata: { $ref: `${META}.ListMeta`, description: 'Resource version and position of the list.' },
    },
    'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind: `${kind}List` }],
  };
}
