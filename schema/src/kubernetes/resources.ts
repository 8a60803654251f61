import type { Resource } from '../kind.ts';

/** Where Kubernetes serves its own kinds. Plural and scope are not in its schemas, so they are told here. */
const served = (group: string, version: string, kind: string, plural: string): Resource => ({ group, version, kind, plural, namespaced: true });
const clusterScoped = (resource: Resource): Resource => ({ ...resource, namespaced: false });

export const configMapResource = served('', 'v1', 'ConfigMap', 'configmaps');
export const eventResource = served('', 'v1', 'Event', 'events');
export const limitRangeResource = served('', 'v1', 'LimitRange', 'limitranges');
export const namespaceResource = clusterScoped(served('', 'v1', 'Namespace', 'namespaces'));
export const nodeResource = clusterScoped(served('', 'v1', 'Node', 'nodes'));
export const persistentVolumeClaimResource = served('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const podResource = served('', 'v1', 'Pod', 'pods');
export const resourceQuotaResource = served('', 'v1', 'ResourceQuota', 'resourcequotas');
export const secretResource = served('', 'v1', 'Secret', 'secrets');
export const serviceAccountResource = served('', 'v1', 'ServiceAccount', 'serviceaccounts');
export const serviceResource = served('', 'v1', 'Service', 'services');

export const daemonSetResource = served('apps', 'v1', 'DaemonSet', 'daemonsets');
export const deploymentResource = served('apps', 'v1', 'Deployment', 'deployments');
export const replicaSetResource = served('apps', 'v1', 'ReplicaSet', 'replicasets');
export const statefulSetResource = served('apps', 'v1', 'StatefulSet', 'statefulsets');

export const cronJobResource = served('batch', 'v1', 'CronJob', 'cronjobs');
export const jobResource = served('batch', 'v1', 'Job', 'jobs');

export const leaseResource = served('coordination.k8s.io', 'v1', 'Lease', 'leases');

export const ingressResource = served('networking.k8s.io', 'v1', 'Ingress', 'ingresses');
export const networkPolicyResource = served('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies');

export const podDisruptionBudgetResource = served('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets');

export const clusterRoleBindingResource = clusterScoped(served('rbac.authorization.k8s.io', 'v1', 'ClusterRoleBinding', 'clusterrolebindings'));
export const clusterRoleResource = clusterScoped(served('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles'));
export const roleBindingResource = served('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings');
export const roleResource = served('rbac.authorization.k8s.io', 'v1', 'Role', 'roles');
