import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyPlan } from '../../src/kube/apply-plan.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Informer } from '../../src/kube/informer.ts';
import { LeaderElector, LEASES, type Lease } from '../../src/kube/lease.ts';
import { controllerReference, type KubeObject } from '../../src/kube/object.ts';
import { creation, deletion } from '../../src/kube/plan.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import { configMaps, refusal } from '../contract/connection.ts';
import { until } from '../contract/until.ts';
import { aWidget, defineWidgets, widgets, type Widget } from '../contract/widget.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

let connection: RealConnection;
let namespace: string;
let end: AbortController;

beforeEach(async () => {
  connection = await connectToCluster();
  namespace = await connection.namespace();
  end = new AbortController();
});
afterEach(async () => {
  end.abort(new Error('the test is over'));
  await connection.close();
});

/** A connection that can be cut, and that remembers what went over it. */
class CutTransport implements Transport {
  readonly asked: string[] = [];
  #cut = new AbortController();

  request(request: KubeRequest) {
    this.asked.push(request.path);
    return connection.transport.request(request);
  }

  stream({ signal, ...request }: KubeRequest) {
    this.asked.push(request.path);
    return connection.transport.stream({ ...request, signal: AbortSignal.any([this.#cut.signal, ...(signal ? [signal] : [])]) });
  }

  async close() {}

  cut(): void {
    this.#cut.abort(new Error('the cable was pulled'));
    this.#cut = new AbortController();
  }
}

async function follow(transport: Transport) {
  const relists: string[] = [];
  const metrics = { relisted: (_: unknown, reason: string) => void relists.push(reason), reconnected: () => {} };
  const informer = new Informer<Widget>(new KubeClient(transport, { userAgent: 'test' }), { resource: widgets, namespace, metrics });
  void informer.start(end.signal).catch(() => {});
  await informer.synced;
  const agrees = () => until({}, async () => {
    const { items } = await connection.client.list<Widget>(widgets, { namespace });
    const versions = (objects: Widget[]) => objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort().join();
    return versions(items) === versions(informer.list());
  });
  return { informer, relists, agrees };
}

const create = (name: string) => connection.client.create<Widget>(widgets, { ...aWidget(namespace), metadata: { namespace, name } });

test('an informer syncs by one stream, without a list', async () => {
  await defineWidgets(connection);
  for (let index = 0; index < 30; index++) await create(`w-${index}`);
  const transport = new CutTransport();
  const { informer, agrees } = await follow(transport);
  expect(informer.size).toBe(30);
  expect(await agrees()).toBe(true);
  expect(transport.asked).toHaveLength(1);
  expect(transport.asked[0]).toContain('sendInitialEvents=true');
});

test('an informer that is cut off again and again misses nothing and never lists anew', async () => {
  await defineWidgets(connection);
  const transport = new CutTransport();
  const { relists, agrees } = await follow(transport);
  const before = relists.length;
  for (let round = 0; round < 3; round++) {
    await create(`kept-${round}`);
    transport.cut();
    const doomed = await create(`doomed-${round}`);
    await connection.client.patchMerge(widgets, { namespace, name: `kept-${round}` }, { spec: { size: 4 } });
    await connection.client.delete(widgets, { namespace, name: doomed.metadata.name! });
    expect(await agrees()).toBe(true);
  }
  expect(relists.slice(before)).toEqual([]);
});

test('an informer lives on when its kind is deleted and defined again', async () => {
  await defineWidgets(connection);
  await create('old');
  const { informer } = await follow(connection.transport);
  await connection.client.delete({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false }, { name: `widgets.${widgets.group}` });
  const path = `/apis/${widgets.group}/v1/namespaces/${namespace}/widgets`;
  expect(await until({}, async () => (await connection.transport.request({ method: 'GET', path })).status === 404)).toBe(true);
  await defineWidgets(connection);
  await create('new');
  expect(await until({}, async () => informer.list().map(({ metadata }) => metadata.name).join() === 'new')).toBe(true);
});

test('a lease has one holder, and the next one follows as soon as it is given back', async () => {
  const elector = (identity: string) => new LeaderElector(connection.client, { namespace, name: 'test', identity, leaseMs: 2_000, renewDeadlineMs: 1_500, retryMs: 200 });
  const [one, two] = [elector('one'), elector('two')];
  await one.acquire(end.signal);
  const held = one.hold(end.signal).catch(() => {});
  const next = two.acquire(end.signal);
  const holder = async () => (await connection.client.get<Lease>(LEASES, { namespace, name: 'test' })).spec?.holderIdentity;
  expect([await holder(), one.isLeading, two.isLeading]).toEqual(['one', true, false]);
  await one.release(end.signal);
  await next;
  expect([await holder(), one.isLeading, two.isLeading]).toEqual(['two', false, true]);
  await held;
});

test('a plan that was carried out changes nothing when it is repeated', async () => {
  await defineWidgets(connection);
  const object = await create('owner');
  const child: KubeObject = { metadata: { namespace, name: 'child', ownerReferences: [controllerReference(object, widgets)] } };
  const effects = { client: connection.client, fieldManager: 'test' };
  const plan = { status: { ready: true }, writes: [creation(configMaps, child)] };
  await applyPlan(effects, { resource: widgets, object }, plan);
  const after = await connection.client.get<Widget>(widgets, { namespace, name: 'owner' });
  const made = await connection.client.get(configMaps, { namespace, name: 'child' });
  await applyPlan(effects, { resource: widgets, object: after }, plan);
  expect(await connection.client.get(widgets, { namespace, name: 'owner' })).toEqual(after);
  expect(await connection.client.get(configMaps, { namespace, name: 'child' })).toEqual(made);
  expect(after.status).toEqual({ ready: true });
});

test('a plan about an object that was replaced under its name changes nothing', async () => {
  await defineWidgets(connection);
  const object = await create('owner');
  await connection.client.delete(widgets, { namespace, name: 'owner' });
  const replacement = await create('owner');
  const effects = { client: connection.client, fieldManager: 'test' };
  for (const plan of [{ status: { ready: true } }, { writes: [deletion(widgets, object)] }]) {
    expect(await refusal(applyPlan(effects, { resource: widgets, object }, plan))).toMatchObject({ code: 409, reason: 'Conflict' });
  }
  expect(await connection.client.get(widgets, { namespace, name: 'owner' })).toEqual(replacement);
});
