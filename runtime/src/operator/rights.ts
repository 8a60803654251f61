import { CONVERTED_DEFINITIONS } from '@taskwright/schema';
import { secretName } from '../api-webhooks/certificate-controller.ts';
import type { Access } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, Resource } from '../kube/object.ts';
import { missingRight, rightKey } from '../kube/recognized-trouble.ts';
import type { Troubles } from '../kube/troubles.ts';
import type { NetworkRules } from '../tasks/network/network-rules.ts';
import type { WebhooksOptions } from './webhooks.ts';

type Right = Omit<Access, 'namespace'>;

const ACCESS_REVIEWS: Resource = { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false };
const SELF_REVIEWS: Resource = { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false };

const rights = (group: string, resource: string, ...verbs: string[]): Right[] => {
  const [plural, subresource] = resource.split('/') as [string, string?];
  return verbs.map((verb) => ({ verb, group, resource: plural, ...(subresource === undefined ? {} : { subresource }) }));
};

const WORKLOAD_RIGHTS: readonly Right[] = [
  ...rights('kelos.dev', 'tasks', 'get', 'list', 'watch', 'create', 'patch', 'delete'),
  ...rights('kelos.dev', 'tasks/status', 'patch'),
  ...rights('kelos.dev', 'tasks/finalizers', 'update'),
  ...rights('kelos.dev', 'workspaces', 'get', 'list', 'watch'),
  ...rights('kelos.dev', 'agentconfigs', 'get', 'list', 'watch'),
  ...rights('kelos.dev', 'workerpools', 'get', 'list', 'watch'),
  ...rights('kelos.dev', 'taskspawners', 'get', 'list', 'watch', 'patch'),
  ...rights('kelos.dev', 'taskspawners/status', 'patch'),
  ...rights('kelos.dev', 'taskbudgets', 'get', 'list', 'watch'),
  ...rights('kelos.dev', 'taskbudgets/status', 'patch'),
  ...rights('kelos.dev', 'taskrecords', 'get', 'list', 'watch', 'create', 'delete'),
  ...rights('kelos.dev', 'webhookgateways', 'get', 'list', 'watch'),
  ...rights('kelos.dev', 'webhookgateways/status', 'patch'),
  ...rights('batch', 'jobs', 'get', 'list', 'watch', 'create', 'delete'),
  ...rights('', 'pods', 'get', 'list', 'watch', 'delete'),
  ...rights('', 'pods/log', 'get'),
  ...rights('', 'configmaps', 'get', 'list', 'watch', 'create', 'patch'),
  ...rights('', 'secrets', 'get', 'list', 'watch', 'create', 'patch'),
  ...rights('', 'persistentvolumeclaims', 'get'),
  ...rights('events.k8s.io', 'events', 'create', 'patch'),
];

const NETWORK_RIGHTS: Readonly<Record<NetworkRules['reach'], readonly Right[]>> = {
  internet: [...rights('networking.k8s.io', 'networkpolicies', 'get', 'create'), ...rights('', 'services', 'get')],
  hosts: [...rights('cilium.io', 'ciliumnetworkpolicies', 'get', 'create'), ...rights('', 'services', 'get')],
};

/** What the controllers ask for in each namespace whose Tasks they run: that of the installed ClusterRole, and nothing else. */
export function workloadRights(reach?: NetworkRules['reach']): readonly Right[] {
  return [...WORKLOAD_RIGHTS, ...(reach === undefined ? [] : NETWORK_RIGHTS[reach])];
}

/** What the election asks for in the namespace of the operator. */
export function leaseRights(lease: string): readonly Right[] {
  return [
    ...rights('coordination.k8s.io', 'leases', 'create'),
    ...rights('coordination.k8s.io', 'leases', 'get', 'watch', 'update').map((right) => ({ ...right, name: lease })),
  ];
}

/** What pausing asks for in the namespace of the operator: to see its own Deployment. */
export function pauseRights(deployment: string): readonly Right[] {
  return rights('apps', 'deployments', 'list', 'watch').map((right) => ({ ...right, name: deployment }));
}

/** What the certificate of the webhooks asks for: its Secret, and who is to trust it. */
export function webhookRights({ service, converts, configuration, certificate }: Pick<WebhooksOptions, 'service' | 'converts' | 'configuration' | 'certificate'>): readonly Access[] {
  const { namespace } = service;
  const named = (needed: readonly Right[], name: string) => needed.map((right) => ({ ...right, name }));
  return [
    ...(certificate === 'given' ? [] : rights('', 'secrets', 'create')).map((right) => ({ ...right, namespace })),
    ...named(rights('', 'secrets', 'get', 'list', 'watch', ...(certificate === 'given' ? [] : ['patch'])), secretName(service)).map((right) => ({ ...right, namespace })),
    ...(converts ? CONVERTED_DEFINITIONS : []).flatMap((name) => named(rights('apiextensions.k8s.io', 'customresourcedefinitions', 'list', 'watch', 'patch'), name)),
    ...(configuration === undefined ? [] : named(rights('admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'list', 'watch', 'patch'), configuration)),
  ];
}

/**
 * Asks the API server whether we may do all of it, and tells `troubles` what we may not, all at once: else each lack would show only when a
 * Task first needs it. A server that does not answer such questions is believed to permit everything.
 */
export async function reviewRights(client: KubeClient, needed: readonly Access[], troubles: Troubles, signal: AbortSignal): Promise<void> {
  const answers = await Promise.all(needed.map(async (access) => ({ access, isAllowed: await mayWe(client, access, signal) })));
  const denied = answers.filter(({ isAllowed }) => !isAllowed);
  const user = denied.length === 0 ? '' : await ourName(client, signal);
  for (const { access } of denied) troubles.meet(missingRight(access, user));
  for (const { access, isAllowed } of answers) if (isAllowed) troubles.over(rightKey(access));
}

async function mayWe(client: KubeClient, { verb, group, resource, subresource, namespace, name }: Access, signal: AbortSignal): Promise<boolean> {
  const review = { metadata: {}, spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } } };
  const { status } = await client.create<KubeObject & { status?: { allowed?: boolean } }>(ACCESS_REVIEWS, review as KubeObject, { signal });
  return status?.allowed !== false;
}

async function ourName(client: KubeClient, signal: AbortSignal): Promise<string> {
  const { status } = await client.create<KubeObject & { status?: { userInfo?: { username?: string } } }>(SELF_REVIEWS, { metadata: {} }, { signal });
  return status?.userInfo?.username ?? 'the operator';
}
