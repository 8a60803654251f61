import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMaps, jobs, pods, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from './widget.ts';

/** A dry run is judged and answered like the real thing, and leaves nothing behind. */
export function dryRunContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    return { ...connection, namespace, address: { namespace, name: 'one' } };
  };
  const dryRun = true;

  test('a dry create of a custom resource gets its defaults, and is not there afterwards', async () => {
    const { client, namespace, address } = await start();
    const created = await client.create<Widget>(widgets, aWidget(namespace), { dryRun });
    expect(created.spec).toEqual({ size: 3, color: 'red' });
    expect(created.metadata.uid).toBeDefined();
    expect(await refusal(client.get(widgets, address))).toMatchObject({ code: 404 });
  });

  test('a dry create of what is there is 409 AlreadyExists', async () => {
    const { client, namespace } = await start();
    await client.create(widgets, aWidget(namespace));
    expect(await refusal(client.create(widgets, aWidget(namespace), { dryRun }))).toMatchObject({ code: 409, reason: 'AlreadyExists' });
  });

  test('a dry create that breaks a rule is 422', async () => {
    const { client, namespace } = await start();
    expect(await refusal(client.create(widgets, aWidget(namespace, { size: 11 }), { dryRun }))).toMatchObject({ code: 422 });
    const unnamed = { metadata: { namespace, name: 'one' }, spec: { containers: [{ image: 'x' }] } } as KubeObject;
    expect(await refusal(client.create(pods, unnamed, { dryRun }))).toMatchObject({ code: 422 });
  });

  test('a dry PUT and a dry patch answer with the change and store none', async () => {
    const { client, namespace, address } = await start();
    const created = await client.create<Widget>(widgets, aWidget(namespace));
    expect((await client.replace<Widget>(widgets, { ...created, spec: { size: 4 } } as Widget, { dryRun })).spec?.size).toBe(4);
    expect((await client.patchMerge<Widget>(widgets, address, { spec: { size: 5 } }, { dryRun })).spec?.size).toBe(5);
    expect((await client.patchJson<Widget>(widgets, address, [{ op: 'replace', path: '/spec/size', value: 6 }], { dryRun })).spec?.size).toBe(6);
    expect(await client.get(widgets, address)).toEqual(created);
  });

  test('a dry PUT with an old resourceVersion is 409', async () => {
    const { client, namespace, address } = await start();
    const created = await client.create<Widget>(widgets, aWidget(namespace));
    await client.patchMerge(widgets, address, { spec: { size: 5 } });
    expect(await refusal(client.replace(widgets, created, { dryRun }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('a dry apply creates nothing, changes nothing and takes no field', async () => {
    const { client, namespace, address } = await start();
    const widget = (size: number) => ({ metadata: { namespace, name: 'one' }, spec: { size } });
    await client.apply(widgets, widget(3), { fieldManager: 'one', dryRun });
    expect(await refusal(client.get(widgets, address))).toMatchObject({ code: 404 });
    const stored = await client.apply<Widget>(widgets, widget(3), { fieldManager: 'one' });
    expect((await client.apply<Widget>(widgets, widget(4), { fieldManager: 'two', force: true, dryRun })).spec?.size).toBe(4);
    expect(await client.get(widgets, address)).toEqual(stored);
  });

  test('a dry apply meets the conflict that the real one would', async () => {
    const { client, namespace } = await start();
    const widget = (size: number) => ({ metadata: { namespace, name: 'one' }, spec: { size } });
    await client.apply(widgets, widget(3), { fieldManager: 'one' });
    expect(await refusal(client.apply(widgets, widget(4), { fieldManager: 'two', dryRun }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('a dry deletion leaves the object as it was', async () => {
    const { client, namespace, address } = await start();
    const created = await client.create(configMaps, { metadata: { namespace, name: 'one', finalizers: ['taskwright.dev/test'] } });
    await client.delete(configMaps, address, { dryRun });
    expect(await client.get(configMaps, address)).toEqual(created);
    await client.patchMerge(configMaps, address, { metadata: { finalizers: null } });
    await client.delete(configMaps, address, { dryRun });
    expect((await client.get(configMaps, address)).metadata.name).toBe('one');
  });

  test('a dry status patch stores no status', async () => {
    const { client, namespace, address } = await start();
    await client.create(widgets, aWidget(namespace));
    const patched = await client.patchMerge<Widget>(widgets, { ...address, subresource: 'status' }, { status: { ready: true } }, { dryRun });
    expect(patched.status).toEqual({ ready: true });
    expect((await client.get<Widget>(widgets, address)).status).toBeUndefined();
  });

  test('a dry create of a Job makes the labels of its Pods', async () => {
    const { client, namespace } = await start();
    const job = { metadata: { namespace, name: 'one' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } } } };
    const created = await client.create<KubeObject & { spec: { template: { metadata: { labels: object } } } }>(jobs, job as KubeObject, { dryRun });
    expect(created.spec.template.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'one' });
  });

  test('with a body, a deletion does not look at its query: a dry run there deletes', async () => {
    const { client, namespace, address } = await start();
    await client.create(configMaps, { metadata: { namespace, name: 'one' } });
    const path = `/api/v1/namespaces/${namespace}/configmaps/one?dryRun=All`;
    await client.send({ method: 'DELETE', path });
    expect((await client.get(configMaps, address)).metadata.name).toBe('one');
    await client.send({ method: 'DELETE', path, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":"v1","kind":"DeleteOptions"}' });
    expect(await refusal(client.get(configMaps, address))).toMatchObject({ code: 404 });
  });

  test('a dry run of anything but everything is 422', async () => {
    const { client, namespace } = await start();
    const request = { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps?dryRun=Some`, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}' } as const;
    const status = await refusal(client.send(request));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid', message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"' });
  });
}
