import { taskResource } from '@taskwright/schema';
import { budgetControllers } from '../budgets/budget-controllers.ts';
import { AllowedTargets } from '../context-sources/allowed-targets.ts';
import { ContextSources } from '../context-sources/context-sources.ts';
import { GuardedFetch } from '../context-sources/guarded-fetch.ts';
import { GitHubClients } from '../github/github-clients.ts';
import { GitHubMetrics } from '../github/github-metrics.ts';
import { KubeClient } from '../kube/client.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/events.ts';
import { LeaderElector } from '../kube/lease.ts';
import type { Log } from '../kube/log.ts';
import { Manager } from '../kube/manager.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import { keyOf } from '../kube/object.ts';
import { LOW_PRIORITY } from '../kube/queue.ts';
import { type Random, systemRandom } from '../kube/random.ts';
import { isAboutCluster, uselessWatch } from '../kube/recognized-trouble.ts';
import type { Transport } from '../kube/transport.ts';
import { Troubles } from '../kube/troubles.ts';
import { watched } from '../kube/watched-transport.ts';
import { fence } from '../kube/write-fence.ts';
import { reportController } from '../reporting/report-controller.ts';
import { ReportMetrics } from '../reporting/report-metrics.ts';
import type { PolledSource } from '../sources/source.ts';
import type { SlackSettings } from '../slack/slack-settings.ts';
import { polledSources } from '../sources/sources.ts';
import { ConfigMapDecisions } from '../spawners/decision-log.ts';
import { SpawnerMetrics } from '../spawners/spawner-metrics.ts';
import { Pause } from '../spawners/pause.ts';
import type { NetworkRules } from '../tasks/network/network-rules.ts';
import type { Images } from '../tasks/pod/image.ts';
import { InstallationTokens } from '../workspaces/installation-tokens.ts';
import { tokenController, tokenSecrets } from '../workspaces/token-controller.ts';
import { taskCaches } from '../tasks/task-caches.ts';
import { taskController } from '../tasks/task-controller.ts';
import { TaskMetrics } from '../tasks/task-metrics.ts';
import { gatewayController } from '../webhooks/gateway-controller.ts';
import type { DeliverySettings } from '../webhooks/take-deliveries.ts';
import { keepReviewing } from './cluster-review.ts';
import { startDeliveries } from './deliveries.ts';
import { operatorSlack } from './slack.ts';
import { startSpawners } from './spawners.ts';
import { watchPause } from './pause-watch.ts';
import { leaseRights, pauseRights, webhookRights, workloadRights } from './rights.ts';
import { startWebhooks, type WebhooksOptions } from './webhooks.ts';

export interface OperatorOptions {
  /** How to reach the API: sockets to a cluster, or the embedded engine. It is left open at the end. */
  readonly transport: Transport;
  readonly images: Images;
  /** What agents may reach. Left out: whatever the network of the cluster lets them. */
  readonly network?: NetworkRules;
  /** What context sources may fetch beside the internet. Left out: nothing. */
  readonly contextTargets?: AllowedTargets;
  /** How services are reached. Default: that of the machine, but for the metadata of its cloud. */
  readonly fetch?: typeof globalThis.fetch;
  /** What TaskSpawners wait for, and is looked at. Default: all that we know. */
  readonly sources?: readonly PolledSource[];
  /** Left out: this is no app of Slack. */
  readonly slack?: SlackSettings;
  /** Default: that of the machine. */
  readonly clock?: Clock;
  /** Where jitter comes from. Default: that of the process, so that replicas do not retry together. */
  readonly random?: Random;
  readonly log?: Log;
  /** Counts what happens; several operators need one each. Left out: nothing is counted. */
  readonly metrics?: KubeMetrics;
  /** Who we are, in events and in the lease; no two processes of a cluster may share it. Default: `taskwright-operator`. */
  readonly identity?: string;
  /** Several processes elect one that works, by a Lease in this namespace. Left out: this one works, always. */
  readonly leaderElection?: { readonly namespace: string };
  /** The only namespaces that are watched. Default: all of them. */
  readonly namespaces?: readonly string[];
  /** What pauses all spawning: an annotation of our Deployment in this namespace, or a switch of the program's own. Left out: nothing does. */
  readonly pause?: { readonly deploymentIn: string } | Pause;
  /** Where the API server asks us about objects and their versions. Left out: it does not. */
  readonly webhooks?: Pick<WebhooksOptions, 'address' | 'service' | 'converts' | 'configuration' | 'certificate'>;
  /** Where deliveries of GitHub, Linear and others are taken, on every replica. Left out: they are not. */
  readonly deliveries?: DeliverySettings;
  /** Ask the cluster whether it grants the rights and defines the kinds as we need them. Default: false, for one that is made for us does. */
  readonly reviewsCluster?: boolean;
}

export interface Operator {
  /** Resolves when the caches are full, however long that takes. Who is to work then is up to the election, if there is one. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the process should end though nobody stopped it: it lost its lease. */
  readonly failed: Promise<Error>;
  /** Why it is not ready: what its caches wait for, what the cluster refuses and who can mend it. `undefined` when it is. */
  readonly problem: string | undefined;
  readonly isReady: boolean;
  /** The port on which deliveries are taken; `undefined` when they are not. */
  readonly deliveryPort: Promise<number | undefined>;
  readonly isLeading: boolean;
  /** Lets runs end, sends the last events, then gives up the lease. */
  stop(): Promise<void>;
}

/** The Lease, and the operator in events and audit logs; the rights of the installed operator name it. */
const NAME = 'taskwright-operator';
/** How long a delivery that was begun may take at the end, in milliseconds. Its sender has been told long before to come again. */
const DELIVERY_GRACE_MS = 5_000;
/** Who reports events, as tools know it from the reference. */
const REPORTING_CONTROLLER = 'kelos-controller';

/**
 * Starts every controller. The same in a cluster, on a laptop and in tests: all that differs is the transport, the clock and the images.
 *
 * **Guarantee** Nothing that can be mended outside ends it: kinds that are not there, rights, credentials, a server that is away. It says what is
 * missing once, is not ready meanwhile, asks again with a backoff, and goes on by itself.
 */
export function startOperator(options: OperatorOptions): Operator {
  const { images, network, sources = polledSources, clock = systemClock, random = systemRandom, log, metrics, identity = NAME, leaderElection, namespaces = [undefined], contextTargets = new AllowedTargets() } = options;
  const guarded = new GuardedFetch();
  const { fetch = guarded.fetch } = options;
  const troubles = new Troubles({ clock, log });
  const transport = watched(options.transport, troubles);
  const clientOptions = { userAgent: NAME, clock, ...(metrics ? { metrics: metrics.requests('kubernetes') } : {}) };
  const onError = (err: unknown) => {
    if (err instanceof Error && err.message.startsWith('watch: ')) return troubles.meet(uselessWatch(err));
    if (isAboutCluster(err)) log?.debug({ err }, 'a request failed');
    else log?.warn({ err }, 'a request failed');
  };

  // Not fenced: it writes the lease while it does not lead.
  const free = new KubeClient(transport, clientOptions);
  const elector = leaderElection && new LeaderElector(free, { ...leaderElection, name: NAME, identity, clock, random, onError });
  const client = elector ? new KubeClient(fence(transport, () => elector.isLeading), clientOptions) : free;
  const eventOptions = { reportingController: REPORTING_CONTROLLER, reportingInstance: identity, clock, random, onError };
  const events = new EventRecorder(client, eventOptions);
  // Of deliveries, which every replica takes.
  const replicaEvents = elector ? new EventRecorder(free, eventOptions) : events;
  const taskMetrics = metrics && new TaskMetrics(metrics.registry);
  const reportMetrics = metrics && new ReportMetrics(metrics.registry);

  const contexts = new ContextSources({ clock, allowed: contextTargets, onDefect: (err) => log?.error({ err }, 'fetching a context failed') });
  const tokens = new InstallationTokens({ clock, fetch, onDefect: (err) => log?.error({ err }, 'asking GitHub for a token failed') });

  const spawnerMetrics = metrics && new SpawnerMetrics(metrics.registry);
  const decisions = new ConfigMapDecisions({ client: free, clock, events: replicaEvents, log });
  const forSources = { fetch, github: new GitHubClients({ clock, fetch, ...(metrics && { metrics: new GitHubMetrics(metrics.registry) }) }) };
  const pause = options.pause instanceof Pause ? options.pause : new Pause();
  const pausedIn = options.pause && 'deploymentIn' in options.pause ? options.pause.deploymentIn : undefined;
  const pauseWatch = pausedIn === undefined ? [] : [watchPause(client, { namespace: pausedIn, name: NAME }, pause, { clock, random, onError, metrics: metrics?.informers() })];
  pause.onChange(() => log?.warn({ reason: pause.reason }, pause.reason === undefined ? 'spawning goes on' : 'spawning is paused'));

  const parts = namespaces.map((namespace) => {
    const ofInformers = { client, clock, random, onError, namespace, metrics: metrics?.informers() };
    const caches = taskCaches(ofInformers);
    const secrets = tokenSecrets(ofInformers);
    const refresh = tokenController({ client, clock, secrets, tasks: caches.tasks, tokens, events, log, metrics: metrics?.controller('github-token') });
    const budgets = budgetControllers({ client, caches, clock, log, metrics: (name) => metrics?.controller(name) });
    const ofSpawners = startSpawners({ client, free, tasks: caches, pause, isOneOfSeveral: elector !== undefined, informers: ofInformers, decisions, contexts, clients: forSources, sources, clock, random, events, replicaEvents, log, metrics, spawnerMetrics });
    const gatewayStatus = gatewayController({ client, gateways: ofSpawners.caches.gateways, clock, random, onError, log, metrics: metrics?.controller('webhookgateway') });
    const reports = reportController({ caches: ofSpawners.caches, client, secrets: ofSpawners.secrets, github: forSources.github, fetch, clock, events, log, metrics: metrics?.controller('report'), reportMetrics });
    return { namespace, caches, secrets, refresh, budgets, reports, gatewayStatus, ofSpawners, tasks: taskController({ client, caches, clock, random, images, network, tokens, pause, events, log, metrics: metrics?.controller('task'), taskMetrics }) };
  });
  const informers = [...pauseWatch, ...parts.flatMap(({ caches, secrets, ofSpawners }) => [caches.tasks, caches.spawners, caches.jobs, caches.pods, caches.workspaces, caches.agentConfigs, caches.budgets, caches.records, secrets, ofSpawners.caches.gateways, ofSpawners.caches.pools])];
  const controllers = parts.flatMap(({ tasks, refresh, budgets, reports, gatewayStatus, ofSpawners }) => [tasks.controller, refresh, ...budgets, reports, gatewayStatus.controller, ofSpawners.controller]);
  const slack = options.slack && operatorSlack({ settings: options.slack, client, parts: parts.map(({ ofSpawners }) => ofSpawners), fetch: options.fetch ?? globalThis.fetch, clock, random, log, metrics });
  if (slack) controllers.push(...slack.controllers);
  for (const informer of informers) metrics?.watchInformer(informer);
  for (const controller of controllers) metrics?.watchController(controller);
  if (elector) metrics?.watchLeader(NAME, elector);
  const manager = new Manager({ informers, controllers, elector, flush: () => events.flush(), log });

  // What failed meanwhile waits longer each time, up to a quarter of an hour: too long for something that was mended just now.
  troubles.onChange((_, is) => {
    if (is === 'over') for (const { caches, tasks } of parts) for (const task of caches.tasks.list()) tasks.controller.queue.add(keyOf(task), LOW_PRIORITY);
  });
  const webhooks = options.webhooks && startWebhooks({ ...options.webhooks, client: free, clock, random, onError, log });
  const deliveries = options.deliveries && startDeliveries({
    settings: options.deliveries,
    parts: parts.map(({ namespace, ofSpawners }) => ({ namespace, spawners: ofSpawners })),
    isReady: () => manager.isReady,
    pausedBy: () => pause.reason,
    slack: slack?.route,
    clock,
    onError,
    ...(log && { log }),
    ...(metrics && { registry: metrics.registry }),
  });
  const stopping = new AbortController();
  if (options.reviewsCluster) {
    const rights = [
      ...namespaces.flatMap((namespace) => workloadRights(network?.reach).map((right) => ({ ...right, namespace }))),
      ...(options.webhooks ? webhookRights(options.webhooks) : []),
      ...(pausedIn === undefined ? [] : pauseRights(NAME).map((right) => ({ ...right, namespace: pausedIn }))),
      ...(leaderElection ? leaseRights(NAME).map((right) => ({ ...right, namespace: leaderElection.namespace })) : []),
    ];
    const kinds = new Set(informers.map(({ resource }) => resource).filter(({ group }) => group === taskResource.group));
    // Its own questions are no work: that one of them fails says nothing.
    void keepReviewing({ client: new KubeClient(options.transport, clientOptions), rights, kinds: [...kinds], troubles, clock, random, log }, stopping.signal);
  }

  return {
    ready: manager.ready,
    failed: manager.failed,
    get problem() {
      const waits = manager.waitsFor;
      const parts = [waits.length === 0 ? [] : `waiting for ${waits.join(', ')}`, troubles.text ?? [], webhooks?.problem === undefined ? [] : `webhooks: ${webhooks.problem}`, deliveries?.problem === undefined ? [] : `deliveries: ${deliveries.problem}`, slack?.problem ?? []].flat();
      return parts.length === 0 ? undefined : parts.join('; ');
    },
    get isReady() {
      return manager.isReady && troubles.text === undefined && webhooks?.problem === undefined && deliveries?.problem === undefined && slack?.problem === undefined;
    },
    deliveryPort: deliveries?.port ?? Promise.resolve(undefined),
    get isLeading() {
      return manager.isLeading;
    },
    async stop() {
      stopping.abort();
      // First, while everything that they need is there.
      await deliveries?.stop(DELIVERY_GRACE_MS);
      slack?.close();
      for (const { tasks, gatewayStatus, ofSpawners } of parts) {
        tasks.close();
        gatewayStatus.close();
        ofSpawners.close();
      }
      await manager.stop();
      await decisions.flush();
      await Promise.all(parts.map(({ ofSpawners }) => ofSpawners.flush()));
      await replicaEvents.flush();
      await contexts.close();
      await guarded.close();
      await webhooks?.stop();
      troubles.close();
    },
  };
}
