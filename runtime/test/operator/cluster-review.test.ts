import { crds, type Task, taskResource } from '@taskwright/schema';
import { namespaceResource } from '@taskwright/schema/kubernetes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { ruleFor } from '../../src/kube/access.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { Log } from '../../src/kube/log.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { seededRandom } from '../../src/kube/random.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { leaseRights, workloadRights } from '../../src/operator/rights.ts';
import { images } from '../tasks/task-fixtures.ts';
import { AuthorizedTransport, HOME, type PolicyRule, USER } from './authorized-transport.ts';

const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const HOUR_MS = 3_600_000;
/** Of the kinds that we define, those whose controllers run. */
const KINDS = new Set(workloadRights().filter(({ group }) => group === 'kelos.dev').map(({ resource }) => resource)).size;
const EVERYTHING: readonly PolicyRule[] = [...workloadRights(), ...leaseRights('taskwright-operator')].map(ruleFor);

interface Definition extends KubeObject {
  spec: { versions: { name: string; subresources?: object; schema: { openAPIV3Schema: { properties: Record<string, { properties: Record<string, unknown> }> } } }[] };
}

/** A network that may be down: every request then ends as a socket does. */
class Network implements Transport {
  down: { message: string; code: string } | { status: number } | undefined;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    return this.#failure(request) ?? (await this.#transport.request(request));
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const failure = this.#failure(request);
    if (!failure) return this.#transport.stream(request);
    return { ...failure, body: (async function* () { yield failure.body; })() };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #failure({ method, path }: KubeRequest): KubeResponse | undefined {
    if (this.down === undefined) return undefined;
    if ('status' in this.down) return { status: this.down.status, headers: {}, body: Buffer.from('upstream gave up') };
    const cause = Object.assign(new Error(this.down.message), { code: this.down.code });
    throw new Error(`${method} ${path}: no answer from https://10.0.0.1:443, ${cause.message}`, { cause });
  }
}

let clock: VirtualClock;
let api: ApiServer;
let client: KubeClient;
let network: Network;
let authorizer: AuthorizedTransport;
let operator: Operator | undefined;
let lines: { level: string; message: string; fields: { problem?: string; rule?: object } }[];

beforeEach(async () => {
  clock = new VirtualClock();
  api = new ApiServer({ clock });
  client = new KubeClient(api.transport, { userAgent: 'test', clock });
  for (const name of ['dev', HOME]) await client.create(namespaceResource, { metadata: { name } });
  network = new Network(api.transport);
  authorizer = new AuthorizedTransport(network, { everywhere: EVERYTHING, atHome: [] });
  lines = [];
});
afterEach(async () => {
  await operator?.stop();
  operator = undefined;
  await api.transport.close();
});

function start(): Operator {
  const line = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields });
  const log: Log = { debug() {}, info: line('info'), warn: line('warn'), error: line('error') };
  operator = startOperator({ transport: authorizer, clock, random: seededRandom(1), images, log, identity: 'one', leaderElection: { namespace: HOME }, reviewsCluster: true });
  operator.ready.catch(() => {});
  return operator;
}

async function define(change: (definition: Definition) => Definition | undefined = (definition) => definition): Promise<void> {
  for (const definition of crds()) {
    const changed = change(structuredClone(definition) as unknown as Definition);
    if (changed) await client.create(CRDS, changed);
  }
}

async function redefine(): Promise<void> {
  for (const definition of crds() as unknown as Definition[]) await client.apply(CRDS, definition, { fieldManager: 'test', force: true });
}

const isReady = () => operator!.isReady;
const told = () => lines.filter(({ level }) => level !== 'info').map(({ fields }) => fields.problem);
const aTask: Task = { metadata: { name: 'fix', namespace: 'dev' }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'Fix it' } };
const statusOf = async () => (await client.get<Task>(taskResource, { namespace: 'dev', name: 'fix' })).status;
const isOfTasks = ({ metadata }: KubeObject) => metadata.name === 'tasks.kelos.dev';
const withoutVersion = (definition: Definition): Definition => {
  definition.spec.versions = [{ ...definition.spec.versions[0]!, name: 'v1alpha1' } as Definition['spec']['versions'][number]];
  Object.assign(definition.spec.versions[0]!, { served: true, storage: true });
  return definition;
};

test.each([
  {
    it: 'no CustomResourceDefinition', change: () => undefined, count: KINDS,
    says: 'tasks.kelos.dev: version v1alpha2 is not served, there is no CustomResourceDefinition of kelos.dev; apply the CustomResourceDefinitions of this version of Taskwright',
  },
  {
    it: 'one kind too few', change: (definition: Definition) => (isOfTasks(definition) ? undefined : definition), count: 1,
    says: 'tasks.kelos.dev: version v1alpha2 is not served, it has no CustomResourceDefinition with that version',
  },
  { it: 'an older version', change: withoutVersion, count: KINDS, says: 'tasks.kelos.dev: version v1alpha2 is not served, the cluster serves v1alpha1 of kelos.dev' },
  {
    it: 'no status subresource', count: 1, says: 'tasks.kelos.dev: the CustomResourceDefinition has no status subresource, so nothing could be said about any of them',
    change: (definition: Definition) => {
      if (isOfTasks(definition)) for (const version of definition.spec.versions) delete version.subresources;
      return definition;
    },
  },
  {
    it: 'a schema that drops fields', count: 1,
    says: 'tasks.kelos.dev: the CustomResourceDefinition is of an older version and does not know spec.dependsOn, status.usage, which the API server drops',
    change: (definition: Definition) => {
      if (isOfTasks(definition)) for (const { schema: { openAPIV3Schema: { properties } } } of definition.spec.versions) {
        delete properties.spec!.properties.dependsOn;
        delete properties.status!.properties.usage;
        delete (properties.spec as { 'x-kubernetes-validations'?: object })['x-kubernetes-validations'];
      }
      return definition;
    },
  },
])('a cluster with $it is told once, and works as soon as it is mended', async ({ change, count, says }) => {
  await define(change);
  start();
  await clock.advance(HOUR_MS);
  expect([isReady(), operator!.problem]).toEqual([false, expect.stringContaining(says)]);
  expect(told().filter((problem, index, all) => all.indexOf(problem) === index)).toHaveLength(count);
  expect(told().length, 'an hour brings each once, and a reminder every ten minutes').toBeLessThanOrEqual(count * 7);
  await redefine();
  expect(await clock.runUntil(isReady, { limitMs: 120_000 })).toBe(true);
  await client.create(taskResource, aTask);
  await clock.advance(1_000);
  expect((await statusOf())?.phase).toBe('Pending');
  expect(lines.filter(({ message }) => message === 'no longer in the way')).toHaveLength(count);
});

const without = (verb: string, resource: string) => EVERYTHING.filter(({ verbs, resources }) => !(verbs.includes(verb) && resources.includes(resource)));

test.each([
  ['list', 'tasks', 'kelos.dev'], ['watch', 'tasks', 'kelos.dev'], ['watch', 'pods', ''], ['create', 'jobs', 'batch'], ['patch', 'tasks', 'kelos.dev'], ['patch', 'tasks/status', 'kelos.dev'],
  ['create', 'events', 'events.k8s.io'], ['get', 'leases', 'coordination.k8s.io'], ['get', 'secrets', ''],
] as const)('a cluster that does not let us %s %s is told who may not do what, and what to type', async (verb, resource, group) => {
  await define();
  authorizer.rules = { everywhere: without(verb, resource), atHome: [] };
  start();
  await clock.advance(10_000);
  await client.create(taskResource, aTask);
  await clock.advance(HOUR_MS);
  const [plural, subresource] = resource.split('/');
  const full = `${group === '' ? plural : `${plural}.${group}`}${subresource ? `/${subresource}` : ''}`;
  const isHome = group === 'coordination.k8s.io';
  const role = `grant-${verb}-${resource.replace('/', '-')}`;
  const [kind, where, flag] = isHome ? ['role', `in namespace "${HOME}"`, ` -n ${HOME}`] : ['clusterrole', 'in all namespaces', ''];
  expect([isReady(), operator!.problem]).toEqual([false, expect.stringContaining(
    `${USER} may not ${verb} ${full} ${where}; install its Role again, or: kubectl create ${kind} ${role}${flag} --verb=${verb} --resource=${full}`
    + ` && kubectl create ${kind}binding ${role}${flag} --${kind}=${role} --serviceaccount=${HOME}:taskwright-operator`)]);
  expect(lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({ user: USER, verb, resource: full, rule: { apiGroups: [group], resources: [resource], verbs: [verb] } });
  expect(new Set(told()).size, `one trouble, got ${[...new Set(told())].join('\n')}`).toBe(1);
  expect(told().length).toBeLessThanOrEqual(7);

  authorizer.rules = { everywhere: EVERYTHING, atHome: [] };
  expect(await clock.runUntil(isReady, { limitMs: 120_000 })).toBe(true);
  await clock.advance(60_000);
  expect((await statusOf())?.phase).toBe('Pending');
});

test.each([
  { it: 'refuses connections', down: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }, says: 'no answer from https://10.0.0.1:443: the connection was refused; check the address' },
  { it: 'has a name that nobody knows', down: { message: 'getaddrinfo', code: 'ENOTFOUND' }, says: 'its name is not known' },
  { it: 'does not answer', down: { message: 'timeout', code: 'UND_ERR_CONNECT_TIMEOUT' }, says: 'it did not answer in time' },
  { it: 'has a certificate of a stranger', down: { message: 'unable to verify', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, says: 'signed by an authority that is not trusted' },
  { it: 'has a certificate for another name', down: { message: 'altname', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, says: 'its certificate is for another name' },
  { it: 'answers 503', down: { status: 503 }, says: 'the API server answers 503 ServiceUnavailable' },
  { it: 'does not know us', down: { status: 401 }, says: 'the API server does not know us (401 Unauthorized)' },
])('an API server that $it at the start is told once, and found when it is back', async ({ down, says }) => {
  await define();
  network.down = down;
  start();
  await clock.advance(600_000);
  expect([isReady(), operator!.problem]).toEqual([false, expect.stringContaining(says)]);
  expect(told().length).toBeLessThanOrEqual(2);
  network.down = undefined;
  expect(await clock.runUntil(isReady, { limitMs: 180_000 })).toBe(true);
});

test('one cut is nothing; what comes and goes every few seconds is one trouble, and over after half a minute of calm', async () => {
  await define();
  start();
  await clock.advance(30_000);
  expect(isReady()).toBe(true);
  const cut = { message: 'reset', code: 'ECONNRESET' };
  network.down = cut;
  await clock.advance(2_500);
  network.down = undefined;
  await clock.advance(60_000);
  expect([isReady(), told()]).toEqual([true, []]);

  let lowest = 0;
  for (let times = 0; times < 20; times += 1) {
    network.down = times % 2 === 0 ? cut : undefined;
    await clock.advance(4_000);
    if (times > 4 && isReady()) lowest += 1;
  }
  expect([lowest, told().length]).toEqual([0, 1]);
  network.down = undefined;
  expect(await clock.runUntil(isReady, { limitMs: 60_000 })).toBe(true);
  expect(lines.filter(({ message }) => message === 'no longer in the way')).toHaveLength(1);
});

test('many Tasks that meet the same lack are one trouble', async () => {
  await define();
  authorizer.rules = { everywhere: without('create', 'jobs'), atHome: [] };
  start();
  for (let index = 0; index < 50; index += 1) await client.create(taskResource, { ...aTask, metadata: { namespace: 'dev', name: `fix-${index}` } });
  await clock.advance(300_000);
  expect(told()).toHaveLength(1);
});
