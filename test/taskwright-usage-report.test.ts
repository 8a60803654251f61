import { App, Chart } from 'cdk8s';
import { SecretRef, Taskwright, type TaskwrightProps } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const endpoint = 'https://posthog.example.com';

function install(props: TaskwrightProps) {
  const chart = new Chart(new App(), 'taskwright');
  const { usageReport } = new Taskwright(chart, 'install', props);
  return { usageReport: usageReport?.toJson(), objects: chart.toJson() };
}

/** What comes beside the objects of an install that does not report. */
function added(props: TaskwrightProps) {
  const before = new Set(install({ ...props, usageReport: undefined }).objects.map((object) => JSON.stringify(object)));
  return install(props).objects.filter((object) => !before.has(JSON.stringify(object)));
}

test('reports nothing unless it is asked to, and then with an account that lists and no more', () => {
  expect(install({}).usageReport).toBeUndefined();
  expect(JSON.stringify(install({}).objects)).not.toContain('telemetry');
  expect(added({ usageReport: { endpoint } })).toMatchInlineSnapshot(`
    [
      {
        "apiVersion": "v1",
        "automountServiceAccountToken": false,
        "kind": "ServiceAccount",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-telemetry",
          "namespace": "taskwright-system",
        },
      },
      {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-system-telemetry",
        },
        "rules": [
          {
            "apiGroups": [
              "kelos.dev",
            ],
            "resources": [
              "tasks",
              "workspaces",
              "agentconfigs",
              "taskbudgets",
              "taskrecords",
              "workerpools",
              "taskspawners",
              "taskpipelines",
              "sessions",
              "sessionspawners",
              "webhookgateways",
            ],
            "verbs": [
              "list",
            ],
          },
          {
            "apiGroups": [
              "kaos.tools",
            ],
            "resources": [
              "agents",
              "mcpservers",
              "modelapis",
            ],
            "verbs": [
              "list",
            ],
          },
        ],
      },
      {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-system-telemetry",
        },
        "roleRef": {
          "apiGroup": "rbac.authorization.k8s.io",
          "kind": "ClusterRole",
          "name": "taskwright-system-telemetry",
        },
        "subjects": [
          {
            "kind": "ServiceAccount",
            "name": "taskwright-telemetry",
            "namespace": "taskwright-system",
          },
        ],
      },
      {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-telemetry",
          "namespace": "taskwright-system",
        },
        "rules": [
          {
            "apiGroups": [
              "",
            ],
            "resources": [
              "configmaps",
            ],
            "verbs": [
              "create",
            ],
          },
          {
            "apiGroups": [
              "",
            ],
            "resourceNames": [
              "taskwright-telemetry",
            ],
            "resources": [
              "configmaps",
            ],
            "verbs": [
              "get",
              "patch",
            ],
          },
        ],
      },
      {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-telemetry",
          "namespace": "taskwright-system",
        },
        "roleRef": {
          "apiGroup": "rbac.authorization.k8s.io",
          "kind": "Role",
          "name": "taskwright-telemetry",
        },
        "subjects": [
          {
            "kind": "ServiceAccount",
            "name": "taskwright-telemetry",
            "namespace": "taskwright-system",
          },
        ],
      },
      {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "telemetry",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-telemetry",
          "namespace": "taskwright-system",
        },
        "spec": {
          "concurrencyPolicy": "Replace",
          "failedJobsHistoryLimit": 1,
          "jobTemplate": {
            "spec": {
              "activeDeadlineSeconds": 300,
              "backoffLimit": 3,
              "template": {
                "metadata": {
                  "labels": {
                    "app.kubernetes.io/component": "telemetry",
                    "app.kubernetes.io/managed-by": "cdk8s",
                    "app.kubernetes.io/name": "taskwright",
                    "app.kubernetes.io/part-of": "taskwright",
                  },
                },
                "spec": {
                  "automountServiceAccountToken": true,
                  "containers": [
                    {
                      "args": [
                        "--telemetry-report=true",
                        "--telemetry-endpoint=https://posthog.example.com",
                        "--telemetry-environment=production",
                        "--version=latest",
                      ],
                      "env": [
                        {
                          "name": "POD_NAMESPACE",
                          "valueFrom": {
                            "fieldRef": {
                              "fieldPath": "metadata.namespace",
                            },
                          },
                        },
                      ],
                      "image": "ghcr.io/taskwright/runtime:latest",
                      "name": "report",
                      "resources": {
                        "limits": {
                          "memory": "256Mi",
                        },
                        "requests": {
                          "cpu": "10m",
                          "memory": "64Mi",
                        },
                      },
                      "securityContext": {
                        "allowPrivilegeEscalation": false,
                        "capabilities": {
                          "drop": [
                            "ALL",
                          ],
                        },
                        "readOnlyRootFilesystem": true,
                      },
                    },
                  ],
                  "restartPolicy": "Never",
                  "securityContext": {
                    "runAsGroup": 61100,
                    "runAsNonRoot": true,
                    "runAsUser": 61100,
                    "seccompProfile": {
                      "type": "RuntimeDefault",
                    },
                  },
                  "serviceAccountName": "taskwright-telemetry",
                },
              },
            },
          },
          "schedule": "0 6 * * *",
          "successfulJobsHistoryLimit": 1,
        },
      },
    ]
  `);
});

test('mounts the key, and says what else it is told', () => {
  const { usageReport } = install({ version: '1.2.0', imagePullSecrets: [SecretRef.fromName('pull')], usageReport: { endpoint, environment: 'staging', key: SecretRef.fromName('posthog', { keys: ['api-key'] }), schedule: '@weekly' } });
  const { schedule, jobTemplate: { spec: { template: { spec: { imagePullSecrets, containers: [{ args, image, volumeMounts }], volumes } } } } } = usageReport.spec;
  expect({ schedule, imagePullSecrets, args, image, volumeMounts, volumes }).toEqual({
    schedule: '@weekly',
    imagePullSecrets: [{ name: 'pull' }],
    image: 'ghcr.io/taskwright/runtime:1.2.0',
    args: [
      '--telemetry-report=true', '--telemetry-endpoint=https://posthog.example.com', '--telemetry-environment=staging',
      '--telemetry-key-file=/var/run/taskwright/telemetry/api-key', '--version=1.2.0',
    ],
    volumeMounts: [{ name: 'key', mountPath: '/var/run/taskwright/telemetry', readOnly: true }],
    volumes: [{ name: 'key', secret: { secretName: 'posthog', items: [{ key: 'api-key', path: 'api-key' }] } }],
  });
});

test('counts in the namespaces that are watched, and may in no other', () => {
  const objects = added({ watchNamespaces: ['shop', 'store'], usageReport: { endpoint } });
  const bindings = objects.filter(({ roleRef }) => roleRef?.kind === 'ClusterRole').map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  expect(bindings).toEqual(['RoleBinding shop/taskwright-system-telemetry', 'RoleBinding store/taskwright-system-telemetry']);
  expect(objects.find(({ kind }) => kind === 'CronJob').spec.jobTemplate.spec.template.spec.containers[0].args).toContain('--watch-namespaces=shop,store');
});

test('says what is wrong with where, when and as what it reports', () => {
  expectSynth((chart) => {
    new Taskwright(chart, 'a', { namespace: 'a', usageReport: { endpoint: 'posthog.example.com', environment: 'a b', schedule: 'daily', key: SecretRef.fromName('posthog', { keys: ['key'] }) } });
    new Taskwright(chart, 'b', { namespace: 'b', usageReport: { endpoint: 'https://me:secret@posthog.example.com', schedule: 'CRON_TZ=Europe/Berlin 0 6 * * *' } });
  }, {
    refused: [
      '[fleet/a] usageReport.endpoint: is not a usable URL, got "posthog.example.com"; it has to look like https://posthog.example.com',
      '[fleet/a] usageReport.schedule: is not a schedule, got "daily"; it has to be of five fields: minute, hour, day of month, month, day of week',
      '[fleet/a] usageReport.environment: is not a usable name, got "a b"; it has to be of up to 63 letters, digits, dots, dashes and underscores',
      '[fleet/a] usageReport.key: names a Secret without the key that is read from it, got "posthog" with only key; the report reads api-key; rename the key, or pass another Secret than posthog',
      '[fleet/b] usageReport.endpoint: carries credentials in the URL, got "https://***@posthog.example.com"; take them out: they belong into the Secret',
      '[fleet/b] usageReport.schedule: is not a schedule, got "CRON_TZ=Europe/Berlin 0 6 * * *"; a CronJob takes no time zone in it; leave the zone out: the report does not depend on the hour',
    ],
  });
});
