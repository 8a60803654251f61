import type { ApiObject } from '../api-object.ts';
import { isObject, type JsonObject } from '../json.ts';
import { ageColumn, ageOf, humanDuration } from './age.ts';
import type { Column } from './column.ts';
import { readJsonPath } from './json-path.ts';
import { jobStatus, podReason, readyContainers, restarts } from './workload-cells.ts';

type Cell = Column['cell'];

const text = (name: string, cell: Cell, priority = 0): Column => ({ name, type: 'string', cell, priority });
const at = (path: string, otherwise = '<none>'): Cell => (object) => readJsonPath(object, path)[0] ?? otherwise;
const sizeOf = (...fields: string[]): Cell => (object) => fields.reduce((sum, field) => sum + Object.keys((object[field] as object | undefined) ?? {}).length, 0);
const listOf = (path: string): Cell => (object) => readJsonPath(object, path).join(',') || '<none>';

function durationOf({ startTime, completionTime }: JsonObject, now: Date): string | null {
  if (typeof startTime !== 'string') return null;
  const end = typeof completionTime === 'string' ? Date.parse(completionTime) : now.getTime();
  return humanDuration(end - Date.parse(startTime));
}

const readyReplicas: Cell = ({ spec, status }) => `${(status as JsonObject | undefined)?.readyReplicas ?? 0}/${(spec as JsonObject | undefined)?.replicas ?? 0}`;
const statusOf = ({ status }: ApiObject): JsonObject => (isObject(status) ? status : {});

/** What `kubectl get` shows of the built-in kinds, by plural. Kinds that are not listed show their age. */
const COLUMNS: Record<string, readonly Column[]> = {
  pods: [
    text('Ready', readyContainers), text('Status', podReason), text('Restarts', restarts), ageColumn,
    text('IP', at('.status.podIP'), 1), text('Node', at('.spec.nodeName'), 1),
  ],
  jobs: [
    text('Status', jobStatus),
    text('Completions', (job) => `${statusOf(job).succeeded ?? 0}/${(job.spec as JsonObject | undefined)?.completions ?? 1}`),
    text('Duration', (job, now) => durationOf(statusOf(job), now)),
    ageColumn,
    text('Containers', listOf('.spec.template.spec.containers[*].name'), 1), text('Images', listOf('.spec.template.spec.containers[*].image'), 1),
  ],
  cronjobs: [text('Schedule', at('.spec.schedule')), text('Suspend', (job) => (job.spec as JsonObject | undefined)?.suspend === true ? 'True' : 'False'), ageColumn],
  namespaces: [text('Status', at('.status.phase')), ageColumn],
  nodes: [
    text('Status', (node) => (readJsonPath(node, '.status.conditions[?(@.type=="Ready")].status')[0] === 'True' ? 'Ready' : 'NotReady')),
    text('Roles', () => '<none>'), ageColumn, text('Version', at('.status.nodeInfo.kubeletVersion', '')),
  ],
  configmaps: [{ name: 'Data', type: 'integer', cell: sizeOf('data', 'binaryData') }, ageColumn],
  secrets: [text('Type', at('.type')), { name: 'Data', type: 'integer', cell: sizeOf('data') }, ageColumn],
  serviceaccounts: [{ name: 'Secrets', type: 'integer', cell: sizeOf('secrets') }, ageColumn],
  services: [
    text('Type', at('.spec.type', 'ClusterIP')), text('Cluster-IP', at('.spec.clusterIP')), text('External-IP', listOf('.spec.externalIPs[*]')),
    text('Port(s)', listOf('.spec.ports[*].port')), ageColumn,
  ],
  events: [
    text('Last Seen', (event, now) => ageOf(readJsonPath(event, '.series.lastObservedTime')[0] ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp, now)),
    text('Type', at('.type')), text('Reason', at('.reason')),
    text('Object', (event) => {
      const { kind, name } = (event.involvedObject ?? event.regarding ?? {}) as { kind?: string; name?: string };
      return `${String(kind).toLowerCase()}/${name}`;
    }),
    text('Message', (event) => String(event.message ?? event.note ?? '').trim()),
  ],
  deployments: [
    text('Ready', readyReplicas), { name: 'Up-to-date', type: 'integer', cell: (object) => statusOf(object).updatedReplicas ?? 0 },
    { name: 'Available', type: 'integer', cell: (object) => statusOf(object).availableReplicas ?? 0 }, ageColumn,
  ],
  statefulsets: [text('Ready', readyReplicas), ageColumn],
  leases: [text('Holder', at('.spec.holderIdentity', '')), ageColumn],
  persistentvolumeclaims: [text('Status', at('.status.phase', '')), text('Volume', at('.spec.volumeName', '')), ageColumn],
  networkpolicies: [text('Pod-Selector', (policy) => {
    const labels = readJsonPath(policy, '.spec.podSelector.matchLabels')[0];
    return isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(',') : '<none>';
  }), ageColumn],
  poddisruptionbudgets: [text('Min Available', at('.spec.minAvailable', 'N/A')), text('Max Unavailable', at('.spec.maxUnavailable', 'N/A')), ageColumn],
  rolebindings: [text('Role', (binding) => readJsonPath(binding, '.roleRef.kind').concat(readJsonPath(binding, '.roleRef.name')).join('/')), ageColumn],
  clusterrolebindings: [text('Role', (binding) => readJsonPath(binding, '.roleRef.kind').concat(readJsonPath(binding, '.roleRef.name')).join('/')), ageColumn],
  customresourcedefinitions: [{ name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp }],
};

export function builtInColumns(plural: string): readonly Column[] {
  return COLUMNS[plural] ?? [ageColumn];
}
