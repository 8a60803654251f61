import type { ApiObject } from 'cdk8s';
import type { TaskwrightUsageReport } from '../taskwright-usage-report';
import { checkCron } from './cron-check';
import { checkHttpUrl } from './http-url';
import { type Problem, quote } from './problem';
import { CONTAINER_SECURITY, POD_SECURITY } from './restricted';
import { checkSecret } from './secret-check';

/** What the report shares with the operator that it is about. */
export interface ReportOf {
  /** The namespace of both. */
  readonly home: string;
  readonly watchNamespaces?: readonly string[];
  readonly image: string;
  readonly version: string;
  readonly labels: { readonly [label: string]: string };
  readonly imagePullSecrets?: object[];
}

interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: { readonly [label: string]: string } };
  readonly [rest: string]: unknown;
}

/** The CronJob that reports, its account, and the ConfigMap with the id of the installation. */
const NAME = 'taskwright-telemetry';
const RBAC = 'rbac.authorization.k8s.io';
const KEY = 'api-key';
const MOUNTED_AT = '/var/run/taskwright/telemetry';

/** What is counted: every kind of ours. */
const RULES = [
  {
    apiGroups: ['kelos.dev'],
    resources: ['tasks', 'workspaces', 'agentconfigs', 'taskbudgets', 'taskrecords', 'workerpools', 'taskspawners', 'taskpipelines', 'sessions', 'sessionspawners', 'webhookgateways'],
    verbs: ['list'],
  },
  { apiGroups: ['kaos.tools'], resources: ['agents', 'mcpservers', 'modelapis'], verbs: ['list'] },
];

/** In the namespace of the operator: the id is kept. A ConfigMap cannot be named before it is created. */
const HOME_RULES = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [NAME], verbs: ['get', 'patch'] },
];

/** The CronJob is the last. Its account is its own: who takes it over reads what is counted, and nothing else. */
export function reportObjects(report: TaskwrightUsageReport, of: ReportOf): Manifest[] {
  const labels = { ...of.labels, 'app.kubernetes.io/component': 'telemetry' };
  const home = { name: NAME, namespace: of.home, labels };
  const cluster = { name: `${of.home}-telemetry`, labels };
  const rbac = `${RBAC}/v1`;
  const granting = (kind: string, name: string) => ({ apiVersion: rbac, roleRef: { apiGroup: RBAC, kind, name }, subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: of.home }] });
  const everywhere = granting('ClusterRole', cluster.name);
  return [
    { kind: 'ServiceAccount', apiVersion: 'v1', metadata: home, automountServiceAccountToken: false },
    { kind: 'ClusterRole', apiVersion: rbac, metadata: cluster, rules: RULES },
    ...of.watchNamespaces?.map((namespace) => ({ kind: 'RoleBinding', metadata: { ...cluster, namespace }, ...everywhere })) ?? [{ kind: 'ClusterRoleBinding', metadata: cluster, ...everywhere }],
    { kind: 'Role', apiVersion: rbac, metadata: home, rules: HOME_RULES },
    { kind: 'RoleBinding', metadata: home, ...granting('Role', NAME) },
    { kind: 'CronJob', apiVersion: 'batch/v1', metadata: home, spec: cronJobSpec(report, of, labels) },
  ];
}

function cronJobSpec({ endpoint, environment = 'production', key, schedule = '0 6 * * *' }: TaskwrightUsageReport, of: ReportOf, labels: Manifest['metadata']['labels']): object {
  const flags = {
    'telemetry-report': 'true',
    'telemetry-endpoint': endpoint,
    'telemetry-environment': environment,
    'telemetry-key-file': key && `${MOUNTED_AT}/${KEY}`,
    'version': of.version,
    'watch-namespaces': of.watchNamespaces?.join(','),
  };
  const pod = {
    serviceAccountName: NAME,
    automountServiceAccountToken: true,
    imagePullSecrets: of.imagePullSecrets,
    restartPolicy: 'Never',
    securityContext: POD_SECURITY,
    containers: [{
      name: 'report',
      image: of.image,
      args: Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`])),
      env: [{ name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
      volumeMounts: key && [{ name: 'key', mountPath: MOUNTED_AT, readOnly: true }],
      securityContext: CONTAINER_SECURITY,
    }],
    volumes: key && [{ name: 'key', secret: { secretName: key.name, items: [{ key: KEY, path: KEY }] } }],
  };
  return {
    schedule,
    concurrencyPolicy: 'Replace',
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: { spec: { backoffLimit: 3, activeDeadlineSeconds: 300, template: { metadata: { labels }, spec: pod } } },
  };
}

/** Problems of the property `usageReport`. */
export function checkUsageReport(from: ApiObject, { endpoint, environment = 'production', key, schedule }: TaskwrightUsageReport): Problem[] {
  const problems = [...checkHttpUrl(endpoint, 'usageReport.endpoint', 'https://posthog.example.com'), ...checkCron(schedule, 'usageReport.schedule')];
  // A zone is a field of its own there.
  if (schedule?.includes('TZ=')) problems.push({ code: 'invalid-cron', path: 'usageReport.schedule', got: quote(schedule), allowed: 'a CronJob takes no time zone in it', fix: 'leave the zone out: the report does not depend on the hour' });
  if (!/^[\w.-]{1,63}$/.test(environment)) problems.push({ code: 'invalid-name', path: 'usageReport.environment', got: quote(environment), allowed: 'it has to be of up to 63 letters, digits, dots, dashes and underscores' });
  return key ? [...problems, ...checkSecret(from, key, [KEY], 'the report', 'usageReport.key')] : problems;
}
