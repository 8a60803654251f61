import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Secret } from 'cdk8s-plus-34';
import { SecretRef, Taskwright, type TaskwrightProps, WebhookCertificate } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

function install(props?: TaskwrightProps) {
  const chart = new Chart(new App(), 'taskwright');
  const taskwright = new Taskwright(chart, 'install', props);
  const objects = chart.toJson();
  return { taskwright, objects, find: (kind: string) => objects.find((object) => object.kind === kind) };
}

describe('Taskwright', () => {
  test('installs these objects', () => {
    expect(install().objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name].join(' '))).toMatchInlineSnapshot(`
      [
        "Namespace  taskwright-system",
        "ServiceAccount taskwright-system taskwright-operator",
        "ClusterRole  taskwright-system-operator",
        "ClusterRoleBinding  taskwright-system-operator",
        "Role taskwright-system taskwright-operator-lease",
        "RoleBinding taskwright-system taskwright-operator-lease",
        "Deployment taskwright-system taskwright-operator",
        "Service taskwright-system taskwright-operator",
        "ValidatingAdmissionPolicy  taskwright-system-tasks",
        "ValidatingAdmissionPolicyBinding  taskwright-system-tasks",
        "ValidatingAdmissionPolicy  taskwright-system-taskbudgets",
        "ValidatingAdmissionPolicyBinding  taskwright-system-taskbudgets",
        "PodDisruptionBudget taskwright-system taskwright-operator",
      ]
    `);
  });

  test('runs two hardened operators, one of which leads', () => {
    expect(install().find('Deployment')).toMatchInlineSnapshot(`
      {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
          "labels": {
            "app.kubernetes.io/component": "operator",
            "app.kubernetes.io/managed-by": "cdk8s",
            "app.kubernetes.io/name": "taskwright",
            "app.kubernetes.io/part-of": "taskwright",
          },
          "name": "taskwright-operator",
          "namespace": "taskwright-system",
        },
        "spec": {
          "replicas": 2,
          "selector": {
            "matchLabels": {
              "app.kubernetes.io/component": "operator",
              "app.kubernetes.io/name": "taskwright",
            },
          },
          "strategy": {
            "rollingUpdate": {
              "maxSurge": 1,
              "maxUnavailable": 0,
            },
            "type": "RollingUpdate",
          },
          "template": {
            "metadata": {
              "labels": {
                "app.kubernetes.io/component": "operator",
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
                    "--leader-elect=true",
                    "--metrics-bind-address=:8080",
                    "--health-probe-bind-address=:8081",
                    "--agent-tools-image=ghcr.io/taskwright/agent-tools:latest",
                    "--claude-code-image=ghcr.io/taskwright/claude-code:latest",
                    "--codex-image=ghcr.io/taskwright/codex:latest",
                    "--gemini-image=ghcr.io/taskwright/gemini:latest",
                    "--opencode-image=ghcr.io/taskwright/opencode:latest",
                    "--cursor-image=ghcr.io/taskwright/cursor:latest",
                    "--agent-network=internet",
                  ],
                  "env": [
                    {
                      "name": "POD_NAME",
                      "valueFrom": {
                        "fieldRef": {
                          "fieldPath": "metadata.name",
                        },
                      },
                    },
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
                  "livenessProbe": {
                    "httpGet": {
                      "path": "/healthz",
                      "port": "http-health",
                    },
                    "periodSeconds": 20,
                    "timeoutSeconds": 5,
                  },
                  "name": "operator",
                  "ports": [
                    {
                      "containerPort": 8080,
                      "name": "http-metrics",
                    },
                    {
                      "containerPort": 8081,
                      "name": "http-health",
                    },
                  ],
                  "readinessProbe": {
                    "httpGet": {
                      "path": "/readyz",
                      "port": "http-health",
                    },
                    "periodSeconds": 10,
                    "timeoutSeconds": 5,
                  },
                  "resources": {
                    "limits": {
                      "memory": "512Mi",
                    },
                    "requests": {
                      "cpu": "50m",
                      "memory": "128Mi",
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
                  "startupProbe": {
                    "failureThreshold": 30,
                    "httpGet": {
                      "path": "/healthz",
                      "port": "http-health",
                    },
                    "initialDelaySeconds": 2,
                    "periodSeconds": 2,
                  },
                },
              ],
              "securityContext": {
                "runAsGroup": 61100,
                "runAsNonRoot": true,
                "runAsUser": 61100,
                "seccompProfile": {
                  "type": "RuntimeDefault",
                },
              },
              "serviceAccountName": "taskwright-operator",
              "terminationGracePeriodSeconds": 30,
              "topologySpreadConstraints": [
                {
                  "labelSelector": {
                    "matchLabels": {
                      "app.kubernetes.io/component": "operator",
                      "app.kubernetes.io/name": "taskwright",
                    },
                  },
                  "maxSkew": 1,
                  "topologyKey": "kubernetes.io/hostname",
                  "whenUnsatisfiable": "ScheduleAnyway",
                },
                {
                  "labelSelector": {
                    "matchLabels": {
                      "app.kubernetes.io/component": "operator",
                      "app.kubernetes.io/name": "taskwright",
                    },
                  },
                  "maxSkew": 1,
                  "topologyKey": "topology.kubernetes.io/zone",
                  "whenUnsatisfiable": "ScheduleAnyway",
                },
              ],
            },
          },
        },
      }
    `);
  });

  test('may do what its controllers do, and deletes no Secret', () => {
    const { find, objects } = install();
    const rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] = find('ClusterRole').rules;
    expect(rules.map(({ apiGroups, resources, verbs }) => `${resources.join(' ')} of ${apiGroups.join(' ') || 'core'}: ${verbs.join(' ')}`)).toMatchInlineSnapshot(`
      [
        "tasks of kelos.dev: get list watch create patch delete",
        "tasks/status of kelos.dev: patch",
        "tasks/finalizers of kelos.dev: update",
        "workspaces agentconfigs workerpools of kelos.dev: get list watch",
        "taskspawners of kelos.dev: get list watch patch",
        "taskspawners/status of kelos.dev: patch",
        "taskbudgets of kelos.dev: get list watch",
        "taskbudgets/status of kelos.dev: patch",
        "taskrecords of kelos.dev: get list watch create delete",
        "webhookgateways of kelos.dev: get list watch",
        "webhookgateways/status of kelos.dev: patch",
        "jobs of batch: get list watch create delete",
        "pods of core: get list watch delete",
        "pods/log of core: get",
        "configmaps of core: get list watch create patch",
        "secrets of core: get list watch create patch",
        "persistentvolumeclaims of core: get",
        "events of events.k8s.io: create patch",
        "networkpolicies of networking.k8s.io: get create",
        "services of core: get",
      ]
    `);
    expect(find('Role').rules).toMatchInlineSnapshot(`
      [
        {
          "apiGroups": [
            "coordination.k8s.io",
          ],
          "resources": [
            "leases",
          ],
          "verbs": [
            "create",
          ],
        },
        {
          "apiGroups": [
            "coordination.k8s.io",
          ],
          "resourceNames": [
            "taskwright-operator",
          ],
          "resources": [
            "leases",
          ],
          "verbs": [
            "get",
            "update",
            "watch",
          ],
        },
        {
          "apiGroups": [
            "apps",
          ],
          "resourceNames": [
            "taskwright-operator",
          ],
          "resources": [
            "deployments",
          ],
          "verbs": [
            "list",
            "watch",
          ],
        },
      ]
    `);
    for (const { rules = [] } of objects) {
      for (const { resources, verbs } of rules) {
        expect([...resources, ...verbs]).not.toContain('*');
        if (resources.includes('secrets')) expect(verbs).toEqual(['get', 'list', 'watch', 'create', 'patch']);
      }
    }
  });

  test('binds every role to its own account alone', () => {
    const account = { kind: 'ServiceAccount', name: 'taskwright-operator', namespace: 'taskwright-system' };
    const bindings = install().objects.filter(({ kind }) => kind !== 'ValidatingAdmissionPolicyBinding' && kind.endsWith('Binding'));
    expect(bindings).toHaveLength(2);
    for (const { subjects } of bindings) expect(subjects).toEqual([account]);
  });

  test('converts older versions where it is asked to', () => {
    const [before, { taskwright, objects, find }] = [install(), install({ convertsOlderVersions: true })];
    const named = ({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`;
    const known = new Set(before.objects.map(named));
    expect(before.taskwright.webhookService).toBeUndefined();
    expect(objects.filter((object) => !known.has(named(object))).map(named)).toEqual([
      'Role taskwright-operator-webhooks', 'RoleBinding taskwright-operator-webhooks',
      'ClusterRole taskwright-system-operator-webhooks', 'ClusterRoleBinding taskwright-system-operator-webhooks', 'Service taskwright-webhook',
      'ValidatingAdmissionPolicy taskwright-system-tasks-v1alpha1', 'ValidatingAdmissionPolicyBinding taskwright-system-tasks-v1alpha1',
    ]);
    const [{ args, ports }] = find('Deployment').spec.template.spec.containers;
    expect(args).toContain('--webhook-bind-address=:9443');
    expect(ports).toContainEqual({ name: 'https-webhook', containerPort: 9443 });
    expect(taskwright.webhookService!.toJson().spec).toEqual({
      publishNotReadyAddresses: true, selector: find('Deployment').spec.selector.matchLabels, ports: [{ name: 'https', port: 443, targetPort: 'https-webhook' }],
    });
  });

  test('has the API server refuse what nobody could read, in the namespaces it watches, and by itself', () => {
    const bindings = (props?: TaskwrightProps) => install(props).objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding').map(({ spec }) => spec);
    expect(bindings()).toEqual(['tasks', 'taskbudgets'].map((name) => ({ policyName: `taskwright-system-${name}`, validationActions: ['Deny'] })));
    const namespaceSelector = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] }] };
    expect(bindings({ watchNamespaces: ['shop'] }).map(({ matchResources }) => matchResources)).toEqual([{ namespaceSelector }, { namespaceSelector }]);
    expect(install({ admissionPolicies: false }).taskwright.admissionPolicies).toEqual([]);
    const resources = install().taskwright.admissionPolicies.flatMap((object) => object.toJson().spec.matchConstraints?.resourceRules ?? []);
    expect(resources).toEqual(['tasks', 'taskbudgets'].map((name) => ({ apiGroups: ['kelos.dev'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [name] })));
  });

  test('is asked about objects where it is asked to be, and is in nobody\'s way', () => {
    const [before, { taskwright, objects, find }] = [install(), install({ validatesObjects: true })];
    const named = ({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`;
    const known = new Set(before.objects.map(named));
    expect(before.taskwright.validatingWebhook).toBeUndefined();
    expect(objects.filter((object) => !known.has(named(object))).map(named)).toEqual([
      'Role taskwright-operator-webhooks', 'RoleBinding taskwright-operator-webhooks',
      'ClusterRole taskwright-system-operator-webhooks', 'ClusterRoleBinding taskwright-system-operator-webhooks', 'Service taskwright-webhook',
      'ValidatingWebhookConfiguration taskwright-system-validation',
    ]);
    expect(find('Deployment').spec.template.spec.containers[0].args).toEqual(expect.arrayContaining(['--webhook-bind-address=:9443', '--convert-versions=false', '--validating-webhook=taskwright-system-validation']));
    const [{ failurePolicy, timeoutSeconds, sideEffects, clientConfig, matchConditions, rules }] = taskwright.validatingWebhook!.toJson().webhooks;
    expect({ failurePolicy, timeoutSeconds, sideEffects, clientConfig, rules }).toEqual({
      failurePolicy: 'Ignore', timeoutSeconds: 2, sideEffects: 'None',
      clientConfig: { service: { namespace: 'taskwright-system', name: 'taskwright-webhook', path: '/validate', port: 443 } },
      rules: [{ apiGroups: ['kelos.dev'], apiVersions: ['v1alpha2'], operations: ['CREATE', 'UPDATE'], resources: ['tasks', 'workspaces', 'agentconfigs'], scope: 'Namespaced' }],
    });
    expect(matchConditions[0].expression).toBe('request.userInfo.username != "system:serviceaccount:taskwright-system:taskwright-operator"');
    const few = install({ validatesObjects: true, convertsOlderVersions: true, watchNamespaces: ['shop'] });
    expect(few.taskwright.validatingWebhook!.toJson().webhooks[0].namespaceSelector).toEqual({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] }] });
    expect(few.find('Deployment').spec.template.spec.containers[0].args).not.toContain('--convert-versions=false');
  });

  test('reads the certificate that cert-manager makes, and then writes no Secret', () => {
    const { objects, find } = install({ convertsOlderVersions: true, webhookCertificate: WebhookCertificate.certManager({ name: 'platform', kind: 'ClusterIssuer' }) });
    expect(find('Certificate')).toMatchObject({ apiVersion: 'cert-manager.io/v1', metadata: { name: 'taskwright-webhook', namespace: 'taskwright-system' } });
    expect(find('Certificate').spec).toEqual({
      secretName: 'taskwright-webhook-tls',
      dnsNames: ['taskwright-webhook.taskwright-system.svc', 'taskwright-webhook.taskwright-system.svc.cluster.local'],
      usages: ['digital signature', 'key encipherment', 'server auth'],
      issuerRef: { name: 'platform', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    });
    expect(find('Deployment').spec.template.spec.containers[0].args).toContain('--webhook-certificate=given');
    expect(objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'taskwright-operator-webhooks')!.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['taskwright-webhook-tls'], verbs: ['get', 'list', 'watch'] },
    ]);
  });

  test('reads the certificate that somebody keeps, and says nothing of one that it makes itself', () => {
    const given = install({ validatesObjects: true, webhookCertificate: WebhookCertificate.fromSecret() });
    expect(given.objects.some(({ kind }) => kind === 'Certificate')).toBe(false);
    expect(given.find('Deployment').spec.template.spec.containers[0].args).toContain('--webhook-certificate=given');
    expect(install({ validatesObjects: true, webhookCertificate: WebhookCertificate.byOperator() }).objects).toEqual(install({ validatesObjects: true }).objects);
  });

  test('takes deliveries where it is asked to, with the Secrets that it is given', () => {
    const { find, taskwright } = install({ webhooks: { github: SecretRef.fromName('from-github'), linearApiKey: SecretRef.fromName('linear'), serviceType: 'LoadBalancer' } });
    const { containers: [container], volumes } = find('Deployment').spec.template.spec;
    expect(container.args.filter((flag: string) => /webhook|linear/.test(flag))).toEqual([
      '--webhook-server-address=:8082', '--github-webhook-secret-file=/var/run/taskwright/webhooks/github/webhook-secret', '--linear-api-key-file=/var/run/taskwright/webhooks/linear-api-key/LINEAR_API_KEY',
    ]);
    expect(container.ports).toContainEqual({ name: 'http-deliveries', containerPort: 8082 });
    expect(volumes).toEqual([
      { name: 'github', secret: { secretName: 'from-github', optional: true, items: [{ key: 'webhook-secret', path: 'webhook-secret' }] } },
      { name: 'linear-api-key', secret: { secretName: 'linear', optional: true, items: [{ key: 'LINEAR_API_KEY', path: 'LINEAR_API_KEY' }] } },
    ]);
    expect(container.volumeMounts).toEqual(['github', 'linear-api-key'].map((name) => ({ name, mountPath: `/var/run/taskwright/webhooks/${name}`, readOnly: true })));
    expect(taskwright.deliveryService!.toJson()).toMatchObject({ metadata: { name: 'taskwright-deliveries' }, spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 'http-deliveries' }] } });
    expect(find('NetworkPolicy').spec.ingress).toEqual([{ ports: [8080, 8081, 8082].map((port) => ({ port, protocol: 'TCP' })) }]);
  });

  test('serves gateways without a Secret of its own, and nothing where it is not asked', () => {
    const { find } = install({ webhooks: {} });
    expect(find('Deployment').spec.template.spec).not.toHaveProperty('volumes');
    expect(find('Deployment').spec.template.spec.containers[0]).not.toHaveProperty('volumeMounts');
    expect(install().taskwright.deliveryService).toBeUndefined();
    expect(install({ webhooks: { allowUnsigned: true } }).find('Deployment').spec.template.spec.containers[0].args).toContain('--allow-unsigned-webhooks=true');
  });

  test('refuses a Secret without the key, and two words on who signs', () => {
    expectSynth((chart) => new Taskwright(chart, 'install', { webhooks: { github: SecretRef.fromName('a', { keys: ['secret'] }), generic: SecretRef.fromName('b'), allowUnsigned: true, serviceType: 'ExternalName' } }), { refused: [
      '[fleet/install] webhooks.github: names a Secret without the key that is read from it, got "a" with only secret; the operator reads webhook-secret; rename the key, or pass another Secret than a',
      '[fleet/install] webhooks.serviceType: is not one of the accepted values, got "ExternalName"; allowed are ClusterIP, NodePort, LoadBalancer',
      '[fleet/install] webhooks.allowUnsigned: says the same thing twice; with a Secret for generic webhooks all of them are signed; leave one of generic and allowUnsigned out',
    ] });
  });

  test('wants a certificate only where it is asked, and an issuer with a name', () => {
    expectSynth((chart) => new Taskwright(chart, 'install', { webhookCertificate: WebhookCertificate.fromSecret() }), { refused: [
      '[fleet/install] convertsOlderVersions: is missing; webhookCertificate is for an operator that is asked; set it, or validatesObjects, or leave webhookCertificate out',
    ] });
    expectSynth((chart) => new Taskwright(chart, 'install', { validatesObjects: true, webhookCertificate: WebhookCertificate.certManager({ name: '' }) }), { refused: [
      '[fleet/install] webhookCertificate.name: is missing, got ""; name the issuer',
    ] });
  });

  test('keeps one replica through a drain, and its metrics have an address', () => {
    const { find } = install();
    expect(find('PodDisruptionBudget').spec).toEqual({ maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'taskwright', 'app.kubernetes.io/component': 'operator' } } });
    expect(find('Service').spec.ports).toEqual([{ name: 'http-metrics', port: 8080, targetPort: 'http-metrics' }]);
    expect(find('Service').spec.selector).toEqual(find('Deployment').spec.selector.matchLabels);
  });

  test('has no rights outside the namespaces it watches', () => {
    const { objects, find } = install({ watchNamespaces: ['shop', 'store', 'shop'] });
    expect(find('ClusterRoleBinding')).toBeUndefined();
    expect(objects.filter(({ kind, roleRef }) => kind === 'RoleBinding' && roleRef.kind === 'ClusterRole').map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'store']);
    expect(find('Deployment').spec.template.spec.containers[0].args).toContain('--watch-namespaces=shop,store');
  });

  test('takes images, registry, version, flags and resources as given', () => {
    const pull = new Secret(new Chart(new App(), 'x'), 'pull');
    const { spec } = install({
      registry: 'registry.example.com/agents',
      version: 'v1.2.3',
      images: { codex: 'registry.example.com/own/codex:7' },
      imagePullSecrets: [pull],
      replicas: 3,
      requests: { cpu: '1' },
      limits: { cpu: '2' },
      flags: { 'log-level': 'debug', 'metrics-bind-address': ':9000' },
    }).find('Deployment');
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.imagePullSecrets).toEqual([{ name: pull.name }]);
    expect(spec.template.spec.containers[0]).toMatchObject({
      image: 'registry.example.com/agents/runtime:v1.2.3',
      args: expect.arrayContaining(['--codex-image=registry.example.com/own/codex:7', '--gemini-image=registry.example.com/agents/gemini:v1.2.3', '--log-level=debug', '--metrics-bind-address=:9000']),
      resources: { requests: { cpu: '1' }, limits: { cpu: '2' } },
    });
  });

  test('leaves a namespace alone that it is told exists', () => {
    const { taskwright, find } = install({ namespace: 'platform', createNamespace: false });
    expect(find('Namespace')).toBeUndefined();
    expect(taskwright.namespace).toBeUndefined();
    expect(taskwright.deployment.metadata.namespace).toBe('platform');
  });

  test('can be installed twice in one cluster', () => {
    const chart = new Chart(new App(), 'taskwright');
    new Taskwright(chart, 'one');
    new Taskwright(chart, 'two', { namespace: 'second' });
    const keys = chart.toJson().map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('keeps what a JSON patch adds to its parts', () => {
    const chart = new Chart(new App(), 'taskwright');
    const taskwright = new Taskwright(chart, 'install');
    ApiObject.of(taskwright).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'platform'));
    taskwright.service.addJsonPatch(JsonPatch.add('/spec/fromTheFuture', true));
    expect(taskwright.deployment.toJson().spec.template.spec.priorityClassName).toBe('platform');
    expect(chart.toJson().find(({ kind }) => kind === 'Service').spec.fromTheFuture).toBe(true);
  });

  test('says what is wrong with its namespaces and replicas', () => {
    expectSynth((chart) => {
      new Taskwright(chart, 'a', { namespace: 'Platform', replicas: 0 });
      new Taskwright(chart, 'b', { namespace: 'b', watchNamespaces: [] });
      new Taskwright(chart, 'c', { namespace: 'c', watchNamespaces: ['shop_1'] });
    }, {
      refused: [
        '[fleet/a] namespace: is not a usable name, got "Platform"; it has to be at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit',
        '[fleet/a] replicas: is too small, got 0; it has to be a whole number from 1',
        '[fleet/b] watchNamespaces: has too few items, got none; name one, or leave it out to watch all',
        '[fleet/c] watchNamespaces[0]: is not a usable name, got "shop_1"; it has to be at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit',
      ],
    });
  });
});
