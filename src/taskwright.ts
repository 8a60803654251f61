import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { AgentNetwork } from './agent-network';
import { admissionPolicies } from './private/admission-policies';
import { checkLabelName } from './private/names';
import { checkAgentNetwork, checkContextTargets } from './private/network-check';
import { checkDeliveries, DELIVERY_PORT, DELIVERY_SERVICE, deliveryFlags, deliveryMounts, deliveryVolumes } from './private/delivery-server';
import { CONVERTED_DEFINITIONS, WEBHOOK_SERVICE, PAUSE_ANNOTATION } from './private/fixed-names';
import { certificateRules, configurationRules, definitionRules, leaseRules, pauseRules, workloadRules } from './private/operator-rbac';
import { type Problem, quote } from './private/problem';
import { addChecks } from './private/program';
import { CONTAINER_SECURITY, POD_SECURITY } from './private/restricted';
import { copyOfList } from './private/shape';
import { validatingWebhook } from './private/validating-webhook';
import { checkSlack, slackEnv } from './private/slack-install';
import { checkUsageReport, reportObjects } from './private/usage-report';
import type { ISecretRef } from './secret-ref';
import type { TaskwrightContextSources } from './taskwright-context-sources';
import type { TaskwrightSlack } from './taskwright-slack';
import type { TaskwrightUsageReport } from './taskwright-usage-report';
import type { TaskwrightWebhooks } from './taskwright-webhooks';
import { WebhookCertificate } from './webhook-certificate';

/** Images that are not those of the registry and version of the install. */
export interface TaskwrightImages {
  /**
   * The operator.
   *
   * @default - `runtime` of the registry, in the version of the install
   */
  readonly operator?: string;
  /**
   * What prepares the clone of a Task, before its agent starts.
   *
   * @default - `agent-tools` of the registry, in the version of the install
   */
  readonly agentTools?: string;
  /**
   * Claude Code.
   *
   * @default - `claude-code` of the registry, in the version of the install
   */
  readonly claudeCode?: string;
  /**
   * Codex.
   *
   * @default - `codex` of the registry, in the version of the install
   */
  readonly codex?: string;
  /**
   * Gemini CLI.
   *
   * @default - `gemini` of the registry, in the version of the install
   */
  readonly gemini?: string;
  /**
   * OpenCode.
   *
   * @default - `opencode` of the registry, in the version of the install
   */
  readonly openCode?: string;
  /**
   * Cursor's command line.
   *
   * @default - `cursor` of the registry, in the version of the install
   */
  readonly cursor?: string;
}

/** How the operator is installed. */
export interface TaskwrightProps {
  /**
   * The namespace of the operator.
   *
   * @default 'taskwright-system'
   */
  readonly namespace?: string;
  /**
   * Make the namespace.
   *
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * The namespaces whose Tasks are run. The operator has no rights in others. They have to exist.
   *
   * @default - all
   */
  readonly watchNamespaces?: string[];
  /**
   * Why no TaskSpawner makes a Task for now, and none of their Tasks starts. What happens meanwhile is looked for afterwards, and who tells is asked to come again. Agents that are at
   * work go on, as does a Task that a person makes. `taskwright pause` says the same without a program, until this is applied again.
   *
   * @default - they do
   */
  readonly pause?: string;
  /**
   * Where images come from, without a slash at the end.
   *
   * @default 'ghcr.io/taskwright'
   */
  readonly registry?: string;
  /**
   * The version of the operator and of the images of the agents, which is their tag.
   *
   * @default 'latest'
   */
  readonly version?: string;
  /**
   * Single images that come from elsewhere.
   *
   * @default - all come from the registry
   */
  readonly images?: TaskwrightImages;
  /**
   * Secrets to pull the image of the operator with. Those for agents go into `podOverrides`.
   *
   * @default - none
   */
  readonly imagePullSecrets?: ISecretRef[];
  /**
   * How many operators run. One of them leads, the others take over when it goes.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * CPU and memory that each operator asks for, by name: `{ cpu: '100m' }`.
   *
   * @default - 50m of CPU and 128Mi of memory
   */
  readonly requests?: { [resource: string]: string };
  /**
   * CPU and memory that each operator may use, by name.
   *
   * @default - 512Mi of memory, as much CPU as there is
   */
  readonly limits?: { [resource: string]: string };
  /**
   * What agents may reach: the operator makes a policy for the Pods of each Task.
   *
   * @default AgentNetwork.internet()
   */
  readonly agentNetwork?: AgentNetwork;
  /**
   * Convert objects from one version of their kind to another, for definitions that serve several (`servesOlderVersions` of `Crds`). Every replica
   * answers the API server, with a certificate that the operator makes and renews itself.
   *
   * @default false
   */
  readonly convertsOlderVersions?: boolean;
  /**
   * Have the API server refuse what the operator could not read: annotations of a Task or TaskBudget that say nothing, a Task that waits for itself, the
   * selector of a TaskBudget that selects nothing. It decides by itself, so this costs no request and works while no operator does. It takes Kubernetes 1.30.
   *
   * @default true
   */
  readonly admissionPolicies?: boolean;
  /**
   * Have the API server ask the operator about each Task, Workspace and AgentConfig that is created, or changed in its spec: one that could never run, since
   * its template cannot be rendered or its Pod cannot be built, is refused with the reason, instead of failing later. While no operator answers, everything is taken.
   *
   * Off unless you ask for it, since the API server has to reach the Pods of the operator, on port 9443: where a firewall is between them, each of these
   * writes waits for two seconds.
   *
   * @default false
   */
  readonly validatesObjects?: boolean;
  /**
   * Who makes the certificate with which the operator answers the API server, where one of the two above asks it.
   *
   * @default WebhookCertificate.byOperator()
   */
  readonly webhookCertificate?: WebhookCertificate;
  /**
   * Take webhooks of GitHub, Linear and others, on every replica: `webhooks: {}` serves WebhookGateways, and each Secret one endpoint for all namespaces. A TaskSpawner that waits for webhooks
   * needs it.
   *
   * @default - none are taken
   */
  readonly webhooks?: TaskwrightWebhooks;
  /**
   * Be an app of Slack: take messages and slash commands, and tell there what becomes of them. A TaskSpawner that waits for Slack needs it.
   *
   * @default - it is none
   */
  readonly slack?: TaskwrightSlack;
  /**
   * What may be fetched for `contextSources` of TaskSpawners.
   *
   * @default - what is of the internet
   */
  readonly contextSources?: TaskwrightContextSources;
  /**
   * Report once a day, to an address of yours, how many Tasks there are and what they spent: numbers, and no name, repository, prompt or person.
   *
   * @default - nothing is reported to anybody
   */
  readonly usageReport?: TaskwrightUsageReport;
  /**
   * Further flags of the operator, without their dashes: `{ 'log-level': 'debug' }`.
   *
   * @default - none
   */
  readonly flags?: { [flag: string]: string };
}

const NAME = 'taskwright-operator';
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const SELECTOR = { 'app.kubernetes.io/name': 'taskwright', 'app.kubernetes.io/component': 'operator' };
const LABELS = { ...SELECTOR, 'app.kubernetes.io/part-of': 'taskwright', 'app.kubernetes.io/managed-by': 'cdk8s' };
const METRICS_PORT = 8080;
const HEALTH_PORT = 8081;
const WEBHOOK_PORT = 9443;

/**
 * The operator: a Namespace, a ServiceAccount with no more rights than its controllers use, a Deployment of two replicas of
 * which one leads, a Service for metrics and a PodDisruptionBudget.
 *
 * The kinds it serves are a chart of their own (`Crds`), because the API server has to know them before the first object comes.
 * Each part is a property: patch it with `ApiObject.of(install.deployment).addJsonPatch(…)`.
 *
 * @example
 *
 * const app = new App();
 * new Crds(app, 'crds');
 * new Taskwright(new Chart(app, 'taskwright'), 'install');
 */
export class Taskwright extends Construct {
  /** The namespace of the operator, if this install makes it. */
  public readonly namespace?: ApiObject;
  /** The account the operator uses. */
  public readonly serviceAccount: ApiObject;
  /** What it may do with Tasks and what they need. */
  public readonly clusterRole: ApiObject;
  /** Where it may do that: everywhere, or once for each namespace that is watched. */
  public readonly bindings: ApiObject[];
  /** The operator itself. */
  public readonly deployment: ApiObject;
  /** Where its metrics are. */
  public readonly service: ApiObject;
  /** By what the API server asks the operator about objects, if this install does that. */
  public readonly validatingWebhook?: ApiObject;
  /** Where the API server has objects of older versions converted, and asks about objects, if this install does that. */
  public readonly webhookService?: ApiObject;
  /** Where deliveries of GitHub, Linear and others come in, if this install takes them: the prefix `/webhook/` is to be sent there. */
  public readonly deliveryService?: ApiObject;
  /** What the API server refuses, each policy with its binding. */
  public readonly admissionPolicies: ApiObject[];
  /** What reports how much is used, if this install does that. */
  public readonly usageReport?: ApiObject;
  /** Keeps one replica while nodes are drained. */
  public readonly podDisruptionBudget: ApiObject;
  private readonly home: string;
  private readonly watchNamespaces?: string[];
  private readonly contextTargets: string[];

  public constructor(scope: Construct, id: string, private readonly props: TaskwrightProps = {}) {
    super(scope, id);
    this.watchNamespaces = props.watchNamespaces && [...new Set(copyOfList(props.watchNamespaces, `[${this.node.path}] watchNamespaces`))];
    this.contextTargets = copyOfList(props.contextSources?.allow, `[${this.node.path}] contextSources.allow`);
    this.home = props.namespace ?? 'taskwright-system';
    this.namespace = props.createNamespace === false ? undefined : this.createNamespace();
    this.serviceAccount = this.atHome('ServiceAccount', 'v1', { automountServiceAccountToken: false });
    this.clusterRole = this.object('ClusterRole', `${RBAC}/v1`, { name: this.clusterName }, { rules: workloadRules(this.network.reach) });
    this.bindings = this.createBindings();
    this.createLeaderElection();
    const { pause } = props;
    this.deployment = this.object('Deployment', 'apps/v1', { name: NAME, namespace: this.home, ...(pause === undefined ? {} : { annotations: { [PAUSE_ANNOTATION]: pause } }) }, { spec: this.deploymentSpec() });
    this.service = this.atHome('Service', 'v1', {
      spec: { selector: SELECTOR, ports: [{ name: 'http-metrics', port: METRICS_PORT, targetPort: 'http-metrics' }] },
    });
    this.webhookService = this.answersServer ? this.createWebhooks() : undefined;
    this.deliveryService = props.webhooks && this.createDeliveries(props.webhooks);
    this.validatingWebhook = props.validatesObjects ? this.createValidatingWebhook() : undefined;
    this.admissionPolicies = props.admissionPolicies === false ? [] : this.createPolicies();
    this.usageReport = props.usageReport && this.createUsageReport(props.usageReport);
    this.podDisruptionBudget = this.atHome('PodDisruptionBudget', 'policy/v1', { spec: { maxUnavailable: 1, selector: { matchLabels: SELECTOR } } });
    this.node.defaultChild = this.deployment;
    addChecks(this, () => this.check());
  }

  /** Cluster-wide names carry that of the namespace, so that two installs do not meet. */
  private get clusterName(): string {
    return `${this.home}-operator`;
  }

  private get network(): AgentNetwork {
    return this.props.agentNetwork ?? AgentNetwork.internet();
  }

  private createNamespace(): ApiObject {
    return this.object('Namespace', 'v1', { name: this.home, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }, {});
  }

  private createBindings(): ApiObject[] {
    const name = this.clusterName;
    const grant = { roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects: [this.subject] };
    if (!this.watchNamespaces) return [this.object('ClusterRoleBinding', `${RBAC}/v1`, { name }, grant)];
    return this.watchNamespaces.map((namespace) => this.object('RoleBinding', `${RBAC}/v1`, { name, namespace }, grant, `RoleBinding-${namespace}`));
  }

  private createUsageReport(report: TaskwrightUsageReport): ApiObject {
    const { imagePullSecrets, version = 'latest', images } = this.props;
    const objects = reportObjects(report, {
      home: this.home, watchNamespaces: this.watchNamespaces, image: this.image('runtime', images?.operator), version, labels: LABELS,
      imagePullSecrets: imagePullSecrets?.map(({ name }) => ({ name })),
    });
    return objects.map(({ kind, apiVersion, metadata, ...rest }) => this.object(kind, apiVersion, metadata, rest, `Report-${kind}-${metadata.namespace}-${metadata.name}`)).pop()!;
  }

  private createLeaderElection(): void {
    const metadata = { name: `${NAME}-lease`, namespace: this.home };
    this.object('Role', `${RBAC}/v1`, metadata, { rules: [...leaseRules(NAME), ...pauseRules(NAME)] }, 'LeaseRole');
    this.object('RoleBinding', `${RBAC}/v1`, metadata, { roleRef: { apiGroup: RBAC, kind: 'Role', name: metadata.name }, subjects: [this.subject] }, 'LeaseRoleBinding');
  }

  private createWebhooks(): ApiObject {
    const name = `${NAME}-webhooks`;
    const secretName = `${WEBHOOK_SERVICE}-tls`;
    const cluster = { name: `${this.clusterName}-webhooks` };
    this.object('Role', `${RBAC}/v1`, { name, namespace: this.home }, { rules: certificateRules(secretName, { isGiven: this.certificate._isGiven }) }, 'WebhookRole');
    this.object('RoleBinding', `${RBAC}/v1`, { name, namespace: this.home }, { roleRef: { apiGroup: RBAC, kind: 'Role', name }, subjects: [this.subject] }, 'WebhookRoleBinding');
    const { convertsOlderVersions, validatesObjects } = this.props;
    const rules = [...(convertsOlderVersions ? definitionRules(CONVERTED_DEFINITIONS) : []), ...(validatesObjects ? configurationRules(this.validationName) : [])];
    this.object('ClusterRole', `${RBAC}/v1`, cluster, { rules }, 'WebhookClusterRole');
    this.object('ClusterRoleBinding', `${RBAC}/v1`, cluster, { roleRef: { apiGroup: RBAC, kind: 'ClusterRole', ...cluster }, subjects: [this.subject] }, 'WebhookClusterRoleBinding');
    const spec = this.certificate._certificateSpec(secretName, [`${WEBHOOK_SERVICE}.${this.home}.svc`, `${WEBHOOK_SERVICE}.${this.home}.svc.cluster.local`]);
    if (spec) this.object('Certificate', 'cert-manager.io/v1', { name: WEBHOOK_SERVICE, namespace: this.home }, { spec });
    return this.object('Service', 'v1', { name: WEBHOOK_SERVICE, namespace: this.home }, {
      // An operator is ready when it has read everything, and for that somebody has to convert what is stored in an older version.
      spec: { publishNotReadyAddresses: true, selector: SELECTOR, ports: [{ name: 'https', port: 443, targetPort: 'https-webhook' }] },
    }, 'WebhookService');
  }

  /** Any Pod may come in where deliveries do: who sent one is known by its signature. Other ports stay as open as they are used. */
  private createDeliveries({ serviceType = 'ClusterIP' }: TaskwrightWebhooks): ApiObject {
    const ports = [METRICS_PORT, HEALTH_PORT, DELIVERY_PORT, ...(this.answersServer ? [WEBHOOK_PORT] : [])].map((port) => ({ port, protocol: 'TCP' }));
    this.atHome('NetworkPolicy', 'networking.k8s.io/v1', { spec: { podSelector: { matchLabels: SELECTOR }, policyTypes: ['Ingress'], ingress: [{ ports }] } });
    return this.object('Service', 'v1', { name: DELIVERY_SERVICE, namespace: this.home }, {
      spec: { type: serviceType, selector: SELECTOR, ports: [{ name: 'http', port: 80, targetPort: 'http-deliveries' }] },
    }, 'DeliveryService');
  }

  /** Whether the API server has questions to it. */
  private get answersServer(): boolean {
    return Boolean(this.props.convertsOlderVersions || this.props.validatesObjects);
  }

  private get certificate(): WebhookCertificate {
    return this.props.webhookCertificate ?? WebhookCertificate.byOperator();
  }

  private get validationName(): string {
    return `${this.home}-validation`;
  }

  private createValidatingWebhook(): ApiObject {
    const user = `system:serviceaccount:${this.home}:${NAME}`;
    const webhooks = [validatingWebhook({ service: { namespace: this.home, name: WEBHOOK_SERVICE }, user, namespaceSelector: this.namespaceSelector })];
    return this.object('ValidatingWebhookConfiguration', ADMISSION, { name: this.validationName }, { webhooks });
  }

  /** The namespaces that are watched, and no others: there somebody else may read what is refused here. */
  private get namespaceSelector(): object | undefined {
    const values = this.watchNamespaces;
    return values && { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] };
  }

  private createPolicies(): ApiObject[] {
    const { namespaceSelector } = this;
    const matchResources = namespaceSelector && { namespaceSelector };
    return admissionPolicies({ convertsOlderVersions: this.props.convertsOlderVersions ?? false }).flatMap(({ name: what, spec }) => {
      const name = `${this.home}-${what}`;
      return [
        this.object('ValidatingAdmissionPolicy', ADMISSION, { name }, { spec }, `Policy-${what}`),
        this.object('ValidatingAdmissionPolicyBinding', ADMISSION, { name }, { spec: { policyName: name, validationActions: ['Deny'], matchResources } }, `PolicyBinding-${what}`),
      ];
    });
  }

  private get subject(): object {
    return { kind: 'ServiceAccount', name: NAME, namespace: this.home };
  }

  private deploymentSpec(): object {
    const { replicas = 2, imagePullSecrets } = this.props;
    return {
      replicas,
      selector: { matchLabels: SELECTOR },
      // A new operator is ready before an old one goes, and the lease decides which of them works.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: true,
          imagePullSecrets: imagePullSecrets?.map(({ name }) => ({ name })),
          terminationGracePeriodSeconds: 30,
          securityContext: POD_SECURITY,
          topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
            maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: SELECTOR },
          })),
          containers: [this.container()],
          volumes: this.props.webhooks && noneIfEmpty(deliveryVolumes(this.props.webhooks)),
        },
      },
    };
  }

  private container(): object {
    const { requests = { cpu: '50m', memory: '128Mi' }, limits = { memory: '512Mi' } } = this.props;
    return {
      name: 'operator',
      image: this.image('runtime', this.props.images?.operator),
      args: this.args(),
      env: [
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        ...(this.props.slack ? slackEnv(this.props.slack) : []),
      ],
      ports: [
        { name: 'http-metrics', containerPort: METRICS_PORT },
        { name: 'http-health', containerPort: HEALTH_PORT },
        ...(this.answersServer ? [{ name: 'https-webhook', containerPort: WEBHOOK_PORT }] : []),
        ...(this.props.webhooks ? [{ name: 'http-deliveries', containerPort: DELIVERY_PORT }] : []),
      ],
      // Alive, not ready: an operator whose cluster lacks something waits for it, and a restart would not bring it. It listens after a second.
      startupProbe: { httpGet: { path: '/healthz', port: 'http-health' }, initialDelaySeconds: 2, periodSeconds: 2, failureThreshold: 30 },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http-health' }, periodSeconds: 20, timeoutSeconds: 5 },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http-health' }, periodSeconds: 10, timeoutSeconds: 5 },
      resources: { requests, limits },
      volumeMounts: this.props.webhooks && noneIfEmpty(deliveryMounts(this.props.webhooks)),
      securityContext: CONTAINER_SECURITY,
    };
  }

  private args(): string[] {
    const { images = {}, flags = {} } = this.props;
    return Object.entries({
      'leader-elect': 'true',
      'metrics-bind-address': `:${METRICS_PORT}`,
      'health-probe-bind-address': `:${HEALTH_PORT}`,
      'webhook-bind-address': this.answersServer ? `:${WEBHOOK_PORT}` : undefined,
      'convert-versions': this.props.validatesObjects && !this.props.convertsOlderVersions ? 'false' : undefined,
      'validating-webhook': this.props.validatesObjects ? this.validationName : undefined,
      'webhook-certificate': this.answersServer && this.certificate._isGiven ? 'given' : undefined,
      ...(this.props.webhooks && deliveryFlags(this.props.webhooks)),
      'deny-slack-connect-channels': this.props.slack?.denySlackConnectChannels ? 'true' : undefined,
      'watch-namespaces': this.watchNamespaces?.join(','),
      'agent-tools-image': this.image('agent-tools', images.agentTools),
      'claude-code-image': this.image('claude-code', images.claudeCode),
      'codex-image': this.image('codex', images.codex),
      'gemini-image': this.image('gemini', images.gemini),
      'opencode-image': this.image('opencode', images.openCode),
      'cursor-image': this.image('cursor', images.cursor),
      'agent-network': this.network.reach,
      'agent-network-allow': this.network.allow.join(',') || undefined,
      'agent-network-deny': this.network.deny.join(',') || undefined,
      'context-source-allow': this.contextTargets.join(',') || undefined,
      ...flags,
    }).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]));
  }

  private image(name: string, elsewhere: string | undefined): string {
    const { registry = 'ghcr.io/taskwright', version = 'latest' } = this.props;
    return elsewhere ?? `${registry}/${name}:${version}`;
  }

  private atHome(kind: string, apiVersion: string, rest: object): ApiObject {
    return this.object(kind, apiVersion, { name: NAME, namespace: this.home }, rest);
  }

  private object(kind: string, apiVersion: string, { labels, ...metadata }: ApiObjectMetadata, rest: object, id = kind): ApiObject {
    return new ApiObject(this, id, { apiVersion, kind, metadata: { ...metadata, labels: { ...LABELS, ...labels } }, ...rest });
  }

  private check(): Problem[] {
    const { replicas = 2, watchNamespaces, webhookCertificate } = this.props;
    const problems = checkLabelName(this.home, 'namespace');
    if (!Number.isInteger(replicas) || replicas < 1) problems.push({ code: 'too-small', path: 'replicas', got: quote(replicas), allowed: 'it has to be a whole number from 1' });
    problems.push(...checkAgentNetwork(this.network), ...checkContextTargets(this.contextTargets, 'contextSources.allow'));
    if (webhookCertificate && !this.answersServer) problems.push({ code: 'required', path: 'convertsOlderVersions', allowed: 'webhookCertificate is for an operator that is asked', fix: 'set it, or validatesObjects, or leave webhookCertificate out' });
    problems.push(...webhookCertificate?._check('webhookCertificate') ?? []);
    if (this.props.webhooks) problems.push(...checkDeliveries(this.deployment, this.props.webhooks));
    if (this.props.slack) problems.push(...checkSlack(this.props.slack, this.deployment));
    if (this.props.usageReport) problems.push(...checkUsageReport(this.deployment, this.props.usageReport));
    if (watchNamespaces?.length === 0) problems.push({ code: 'too-few', path: 'watchNamespaces', got: 'none', fix: 'name one, or leave it out to watch all' });
    return [...problems, ...(watchNamespaces ?? []).flatMap((name, index) => checkLabelName(name, `watchNamespaces[${index}]`))];
  }
}

/** An empty list in a manifest is one that somebody else's tool removes. */
function noneIfEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
