import { configMapRules, secretRules } from './config-rules.ts';
import { eventConversion } from './event-conversion.ts';
import { jobRules } from './job-rules.ts';
import { namespaceRules } from './namespace-rules.ts';
import { podRules } from './pod-rules.ts';
import { builtInColumns } from './printing/built-in-columns.ts';
import { ALL_VERBS, type NameRule, type ResourceRules, type ServedResource } from './served-resource.ts';
import { builtInSchema } from './structural/built-in-schema.ts';

interface BuiltIn {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly clusterWide?: boolean;
  readonly status?: boolean;
  /** Whether generations are counted. Defaults to no: kinds without a spec have none. */
  readonly generations?: boolean;
  readonly createsOnUpdate?: boolean;
  readonly nameRule?: NameRule;
  readonly selectable?: readonly string[];
  readonly rules?: ResourceRules;
  /** The objects are those of another API, seen through this one. */
  readonly viewOf?: { readonly apiVersion: string; readonly collection: string; readonly conversion: ServedResource['conversion'] };
}

const EVENT_FIELDS = ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion',
  'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type'];
const REGARDING_FIELDS = ['regarding.kind', 'regarding.namespace', 'regarding.name', 'regarding.uid', 'reason', 'reportingController', 'type'];
const POD_FIELDS = ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'];

/** The kinds of Kubernetes that the server knows, by group and version. Those without a rule of their own are stored as they come. */
const BUILT_INS: Record<string, readonly BuiltIn[]> = {
  v1: [
    { kind: 'Namespace', plural: 'namespaces', shortNames: ['ns'], clusterWide: true, status: true, nameRule: 'dns-label', selectable: ['status.phase'], rules: namespaceRules },
    { kind: 'Node', plural: 'nodes', shortNames: ['no'], clusterWide: true, status: true, selectable: ['spec.unschedulable'] },
    { kind: 'Pod', plural: 'pods', shortNames: ['po'], categories: ['all'], status: true, generations: true, selectable: POD_FIELDS, rules: podRules },
    { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'], rules: configMapRules },
    { kind: 'Secret', plural: 'secrets', selectable: ['type'], rules: secretRules },
    { kind: 'Service', plural: 'services', shortNames: ['svc'], categories: ['all'], status: true, nameRule: 'dns-label', selectable: ['spec.clusterIP', 'spec.type'] },
    { kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'] },
    { kind: 'Event', plural: 'events', shortNames: ['ev'], selectable: EVENT_FIELDS, createsOnUpdate: true },
    { kind: 'Endpoints', plural: 'endpoints', shortNames: ['ep'], createsOnUpdate: true },
    { kind: 'PersistentVolume', plural: 'persistentvolumes', shortNames: ['pv'], clusterWide: true, status: true },
    { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'], status: true },
    { kind: 'ResourceQuota', plural: 'resourcequotas', shortNames: ['quota'], status: true },
    { kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'] },
  ],
  'batch/v1': [
    { kind: 'Job', plural: 'jobs', categories: ['all'], status: true, generations: true, selectable: ['status.successful'], rules: jobRules },
    { kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'], categories: ['all'], status: true, generations: true },
  ],
  'apps/v1': [
    { kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'], categories: ['all'], status: true, generations: true },
    { kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'], categories: ['all'], status: true, generations: true },
    { kind: 'StatefulSet', plural: 'statefulsets', shortNames: ['sts'], categories: ['all'], status: true, generations: true },
    { kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'], categories: ['all'], status: true, generations: true },
    { kind: 'ControllerRevision', plural: 'controllerrevisions' },
  ],
  'coordination.k8s.io/v1': [{ kind: 'Lease', plural: 'leases', createsOnUpdate: true }],
  'events.k8s.io/v1': [{
    kind: 'Event', plural: 'events', shortNames: ['ev'], selectable: REGARDING_FIELDS, createsOnUpdate: true,
    viewOf: { apiVersion: 'v1', collection: 'events', conversion: eventConversion },
  }],
  'rbac.authorization.k8s.io/v1': [
    { kind: 'Role', plural: 'roles', nameRule: 'path-segment', createsOnUpdate: true },
    { kind: 'RoleBinding', plural: 'rolebindings', nameRule: 'path-segment', createsOnUpdate: true },
    { kind: 'ClusterRole', plural: 'clusterroles', nameRule: 'path-segment', clusterWide: true, createsOnUpdate: true },
    { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', nameRule: 'path-segment', clusterWide: true, createsOnUpdate: true },
  ],
  'networking.k8s.io/v1': [
    { kind: 'NetworkPolicy', plural: 'networkpolicies', shortNames: ['netpol'], generations: true },
    { kind: 'Ingress', plural: 'ingresses', shortNames: ['ing'], status: true, generations: true },
  ],
  'policy/v1': [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', shortNames: ['pdb'], status: true, generations: true }],
  'scheduling.k8s.io/v1': [{ kind: 'PriorityClass', plural: 'priorityclasses', shortNames: ['pc'], clusterWide: true }],
  'storage.k8s.io/v1': [{ kind: 'StorageClass', plural: 'storageclasses', shortNames: ['sc'], clusterWide: true }],
  'admissionregistration.k8s.io/v1': [
    { kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations', clusterWide: true, generations: true },
    { kind: 'MutatingWebhookConfiguration', plural: 'mutatingwebhookconfigurations', clusterWide: true, generations: true },
    { kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', clusterWide: true, status: true, generations: true },
    { kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings', clusterWide: true },
  ],
};

export function builtInResources(): ServedResource[] {
  return Object.entries(BUILT_INS).flatMap(([apiVersion, kinds]) => kinds.map((kind) => served(apiVersion, kind)));
}

export function builtIn(apiVersion: string, definition: BuiltIn): ServedResource {
  return served(apiVersion, definition);
}

function served(apiVersion: string, definition: BuiltIn): ServedResource {
  const { kind, plural, shortNames = [], categories = [], clusterWide = false, status = false, generations = false, rules = {}, viewOf } = definition;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') as [string, string] : ['', apiVersion];
  return {
    group, version, kind, plural, shortNames, categories, rules,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    namespaced: !clusterWide,
    verbs: ALL_VERBS,
    collection: viewOf?.collection ?? (group === '' ? plural : `${plural}.${group}`),
    storedApiVersion: viewOf?.apiVersion ?? apiVersion,
    ...(viewOf?.conversion && { conversion: viewOf.conversion }),
    hasStatus: status,
    countsGenerations: generations,
    updatesUnconditionally: true,
    createsOnUpdate: definition.createsOnUpdate ?? false,
    nameRule: definition.nameRule ?? 'dns-subdomain',
    schema: builtInSchema(group, version, kind),
    custom: false,
    columns: builtInColumns(plural),
    selectableFields: definition.selectable ?? [],
  };
}
