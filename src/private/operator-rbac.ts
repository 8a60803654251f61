/** What the operator may do, per verb. Each rule names what it is for; what no controller uses is not here. */

interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  readonly resourceNames?: string[];
}

const READ = ['get', 'list', 'watch'];

/** In every namespace whose Tasks are run. `reach` decides whether its agents get network policies, and of which kind. */
export function workloadRules(reach: string): PolicyRule[] {
  return [...WORKLOAD_RULES, ...(NETWORK_RULES[reach] ?? [])];
}

const WORKLOAD_RULES: readonly PolicyRule[] = [
  // Makes them of events, adds the finalizer and notes an attempt, deletes what has expired.
  { apiGroups: ['kelos.dev'], resources: ['tasks'], verbs: [...READ, 'create', 'patch', 'delete'] },
  { apiGroups: ['kelos.dev'], resources: ['tasks/status'], verbs: ['patch'] },
  // Owns Jobs in a way that blocks deletion, which some clusters allow only to who may change finalizers.
  { apiGroups: ['kelos.dev'], resources: ['tasks/finalizers'], verbs: ['update'] },
  { apiGroups: ['kelos.dev'], resources: ['workspaces', 'agentconfigs', 'workerpools'], verbs: READ },
  // Lets go of spawners that the reference's operator has made, says of each how it fares.
  { apiGroups: ['kelos.dev'], resources: ['taskspawners'], verbs: [...READ, 'patch'] },
  { apiGroups: ['kelos.dev'], resources: ['taskspawners/status'], verbs: ['patch'] },
  // Says of budgets what has been spent; writes down what each Task spent, and forgets it when its time has come.
  { apiGroups: ['kelos.dev'], resources: ['taskbudgets'], verbs: READ },
  { apiGroups: ['kelos.dev'], resources: ['taskbudgets/status'], verbs: ['patch'] },
  { apiGroups: ['kelos.dev'], resources: ['taskrecords'], verbs: [...READ, 'create', 'delete'] },
  // Says of gateways where they listen and what they lack.
  { apiGroups: ['kelos.dev'], resources: ['webhookgateways'], verbs: READ },
  { apiGroups: ['kelos.dev'], resources: ['webhookgateways/status'], verbs: ['patch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: [...READ, 'create', 'delete'] },
  // Ends a Pod whose agent failed while its extra containers go on: its Job would never count it.
  { apiGroups: [''], resources: ['pods'], verbs: [...READ, 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  // Plugins and long prompts travel in ConfigMaps, MCP settings and GitHub tokens in Secrets; both end with their Task. A token is renewed
  // while its Task runs. Those of
  // users are read by name, and watched one by one while a Task waits for them: RBAC has no narrower word for that. What TaskSpawners decided is kept in
  // ConfigMaps of ours, and changes.
  { apiGroups: [''], resources: ['configmaps'], verbs: [...READ, 'create', 'patch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: [...READ, 'create', 'patch'] },
  // Whether the clone cache of a Workspace exists.
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
];

/** A policy is made before the Pods that it is about, and never changed. It names the Pods of a Service by the Service's own selector. */
const NETWORK_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  internet: [
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'create'] },
    { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  ],
  hosts: [
    { apiGroups: ['cilium.io'], resources: ['ciliumnetworkpolicies'], verbs: ['get', 'create'] },
    { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  ],
};

/** In the namespace of the operator: the certificate of its webhooks is kept in a Secret, which cannot be named before it is created. */
export function certificateRules(secret: string, { isGiven }: { readonly isGiven: boolean }): PolicyRule[] {
  const named = (verbs: string[]) => ({ apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs });
  return isGiven ? [named(READ)] : [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }, named([...READ, 'patch'])];
}

/** The definitions of kinds with several versions are told which certificate to trust. */
export function definitionRules(definitions: readonly string[]): PolicyRule[] {
  return [{ apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], resourceNames: [...definitions], verbs: ['list', 'watch', 'patch'] }];
}

/** Who asks about objects is told which certificate to trust. */
export function configurationRules(configuration: string): PolicyRule[] {
  return [{ apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations'], resourceNames: [configuration], verbs: ['list', 'watch', 'patch'] }];
}

/** In the namespace of the operator: its own Deployment says whether spawning is paused. */
export function pauseRules(deployment: string): PolicyRule[] {
  return [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: [deployment], verbs: ['list', 'watch'] }];
}

/** In the namespace of the operator: one of its replicas leads. A Lease cannot be named before it is created. */
export function leaseRules(lease: string): PolicyRule[] {
  return [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [lease], verbs: ['get', 'update', 'watch'] },
  ];
}
