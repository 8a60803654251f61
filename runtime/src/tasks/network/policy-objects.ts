import { type Task, taskResource } from '@taskwright/schema';
import { networkPolicyResource, type Service } from '@taskwright/schema/kubernetes';
import { controllerReference, type KubeObject, type Resource } from '../../kube/object.ts';
import { creationAsSent, type Write } from '../../kube/plan.ts';
import { childNameOf, taskLabelOf } from '../names.ts';
import { ciliumPolicySpec } from './cilium-policy.ts';
import { networkPolicySpec } from './network-policy.ts';
import { type NetworkRules, TASK_LABEL } from './network-rules.ts';
import type { Destination, ServiceName } from './reach.ts';

const ciliumNetworkPolicyResource: Resource = { group: 'cilium.io', version: 'v2', kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', namespaced: true };

/** A Service of the cluster, if it could be read. */
export type ServiceNamed = (service: ServiceName) => Service | undefined;

export interface PolicyFacts {
  readonly destinations: readonly Destination[];
  readonly rules: NetworkRules;
  readonly serviceNamed: ServiceNamed;
}

/** The policy of a Task's Pods. It is made before them, belongs to the Task, and is never changed: nothing of a Task that could change it ever does. */
export function policyWrite(task: Task, facts: PolicyFacts): Write {
  const labels = { [TASK_LABEL]: taskLabelOf(task) };
  const metadata = { name: childNameOf(task, 'network'), namespace: task.metadata.namespace!, labels, ownerReferences: [controllerReference(task, taskResource)] };
  const [resource, spec] = facts.rules.reach === 'hosts' ? [ciliumNetworkPolicyResource, ciliumPolicySpec(labels, facts)] : [networkPolicyResource, networkPolicySpec(labels, facts)];
  return creationAsSent(resource, { metadata, spec } as KubeObject);
}
