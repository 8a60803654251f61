import { crds, type Task, taskResource, taskSpawnerResource, type WebhookGateway, webhookGatewayResource, type WorkerPool, workerPoolResource, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import type { Clock } from '../../src/kube/clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Informer } from '../../src/kube/informer.ts';
import { Manager } from '../../src/kube/manager.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { EventNote } from '../../src/kube/plan.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';
import { reportController } from '../../src/reporting/report-controller.ts';
import { Secrets } from '../../src/spawners/secrets.ts';
import { taskCaches } from '../../src/tasks/task-caches.ts';
import { GitHubServer } from '../../src/testing/github-server.ts';
import { appData, appKey } from '../workspaces/app-fixture.ts';

const DEFINITIONS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
/** Each takes its time, and a test has many worlds. */
const NEEDED = new Set(['Task', 'Workspace', 'TaskSpawner', 'WorkerPool', 'WebhookGateway']);
const API = 'https://ghe.acme.test/api/v3';
export const TOKEN = 'ghp_0123456789abcdefghij';
export const SHA = 'c'.repeat(40);

/** When a reporter dies: before its n-th write, to the API server or to GitHub, arrives, or after it did and before the answer does. */
export interface Death {
  readonly atWrite: number;
  readonly when: 'before' | 'after';
}

export interface Reporter {
  /** `reason: message`. */
  readonly warnings: Set<string>;
  readonly writes: number;
  readonly hasDied: boolean;
  stop(): Promise<void>;
}

export interface World {
  readonly clock: VirtualClock;
  readonly server: GitHubServer;
  readonly client: KubeClient;
  reporter(death?: Death): Promise<Reporter>;
  create(resource: Resource, object: object): Promise<void>;
  /** A Task of an event of issue 42, of the spawner "workers". */
  task(annotations: Record<string, string>, name?: string): Promise<void>;
  phase(phase: string, status?: Task['status'], name?: string): Promise<void>;
  read(name?: string): Promise<Task>;
  stop(): Promise<void>;
}

/** An API server, a GitHub with issue 42 in `acme/shop`, and reporters that come and go. `as`: what the Workspace has the Secret of. */
export async function aWorld({ as = 'app' }: { readonly as?: 'app' | 'token' | 'nobody' } = {}): Promise<World> {
  const clock = new VirtualClock();
  const api = new ApiServer({ clock });
  const client = new KubeClient(api.transport, { userAgent: 'test', clock });
  const controllers = api.startControllers();
  for (const definition of crds().filter(({ spec }) => NEEDED.has(spec.names.kind))) await client.create(DEFINITIONS, definition as unknown as KubeObject);
  await client.create(NAMESPACES, { metadata: { name: 'dev' } });
  const server = new GitHubServer({ clock, apiUrl: API });
  server.addToken(TOKEN, 'bot');
  server.apps.register({ appId: '17', slug: 'shop-bot', publicKey: appKey.publicKey, installations: { 23: { repositories: ['shop'] } } });
  server.repository('acme/shop').issue({ number: 42 });

  const create = async (resource: Resource, object: object) => void (await client.create(resource, object as KubeObject));
  const data = as === 'app' ? appData : { GITHUB_TOKEN: TOKEN };
  await create(secretResource, { metadata: { namespace: 'dev', name: 'git' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) });
  await create(workspaceResource, { metadata: { namespace: 'dev', name: 'shop' }, spec: { repo: 'https://ghe.acme.test/acme/shop.git', ...(as !== 'nobody' && { secretRef: { name: 'git' } }) } });

  return {
    clock,
    server,
    client,
    create,
    reporter: (death) => startReporter({ api, clock, server }, death),
    task: (annotations, name = 'fix-42') => create(taskResource, {
      metadata: { namespace: 'dev', name, labels: { 'kelos.dev/taskspawner': 'workers' }, annotations: { 'kelos.dev/source-number': '42', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', ...annotations } },
      spec: { prompt: 'fix it', type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } },
    }),
    async phase(phase, status = {}, name = 'fix-42') {
      await client.patchMerge(taskResource, { namespace: 'dev', name, subresource: 'status' }, { status: { phase, ...status } }, { fieldManager: 'test' });
    },
    read: (name = 'fix-42') => client.get<Task>(taskResource, { namespace: 'dev', name }),
    async stop() {
      controllers.stop();
      await api.transport.close();
    },
  };
}

export async function spawner(world: World, annotations: Record<string, string>): Promise<void> {
  await world.create(taskSpawnerResource, {
    metadata: { namespace: 'dev', name: 'workers', annotations },
    spec: { when: { githubIssues: {} }, taskTemplate: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } } },
  });
}

async function startReporter({ api, clock, server }: { api: ApiServer; clock: VirtualClock; server: GitHubServer }, death?: Death): Promise<Reporter> {
  const life = { writes: 0, hasDied: false };
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const warnings = new Set<string>();
  /** A dead process asks nothing and hears nothing. */
  const mortal = async <T>(isWrite: boolean, act: () => Promise<T>): Promise<T> => {
    const requireAlive = () => {
      if (!life.hasDied) return;
      const gone = new Error('the process has died');
      ended.reject(gone);
      throw gone;
    };
    requireAlive();
    if (isWrite) life.writes += 1;
    const dies = isWrite && life.writes === death?.atWrite;
    if (dies && death.when === 'before') life.hasDied = true;
    requireAlive();
    const answer = await act();
    if (dies) life.hasDied = true;
    requireAlive();
    return answer;
  };
  const transport: Transport = {
    request: (request: KubeRequest): Promise<KubeResponse> => mortal(request.method !== 'GET', () => api.transport.request(request)),
    stream: (request: KubeRequest): Promise<KubeStream> => mortal(false, () => api.transport.stream(request)),
    close: () => Promise.resolve(),
  };
  const client = new KubeClient(transport, { userAgent: 'reporter', clock });
  const caches = taskCaches({ client, clock, onError: () => {} });
  const github = heldStill(new GitHubClients({ clock: impatient(clock), fetch: (input, init) => mortal((init?.method ?? 'GET') !== 'GET', () => server.fetch(input, init)) }), clock, ended.promise);
  const events = { record: (_: unknown, { type, reason, message }: EventNote) => void (type === 'Warning' && warnings.add(`${reason}: ${message}`)) };
  const pools = new Informer<WorkerPool>(client, { resource: workerPoolResource, clock });
  const gateways = new Informer<WebhookGateway>(client, { resource: webhookGatewayResource, clock });
  const controller = reportController({ client, caches: { ...caches, pools, gateways }, secrets: new Secrets({ client, clock }), github, fetch: globalThis.fetch, clock, events });
  const manager = new Manager({ informers: [caches.tasks, caches.spawners, caches.workspaces, pools, gateways], controllers: [controller] });
  await manager.ready;
  return {
    warnings,
    get writes() {
      return life.writes;
    },
    get hasDied() {
      return life.hasDied;
    },
    async stop() {
      controller.abort();
      await manager.stop();
    },
  };
}

/** A client that waits while the clock is held would wait for ever: short waits end at once, and it says that it is too early. */
function impatient(clock: VirtualClock): Clock {
  return {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    after(ms, callback) {
      if (ms > 5_000) return clock.after(ms, callback);
      const handle = setImmediate(callback);
      return { cancel: () => clearImmediate(handle) };
    },
  };
}

/** Octokit has timers of its own, in real time: the clock waits for what they do, until the process dies. */
function heldStill(clients: GitHubClients, clock: VirtualClock, end: Promise<never>): GitHubClients {
  const held = new WeakMap<object, object>();
  const of: GitHubClients['of'] = (...how) => {
    const client = clients.of(...how);
    const known = held.get(client) ?? new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (...args: unknown[]) => clock.hold(Promise.race([(value as (...given: unknown[]) => Promise<unknown>).apply(target, args), end])) : value;
      },
    });
    held.set(client, known);
    return known as ReturnType<GitHubClients['of']>;
  };
  return { of } as GitHubClients;
}
