import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { jobs, pods, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from './widget.ts';

/** Spec and status are two doors: what comes in by one leaves the other's part alone. */
export function subresourcesContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    return { ...connection, namespace, address: { namespace, name: 'one' }, status: { namespace, name: 'one', subresource: 'status' } };
  };
  const pod = (namespace: string): KubeObject => ({ metadata: { namespace, name: 'one' }, spec: { containers: [{ name: 'main', image: 'x' }], nodeSelector: { 'taskwright.dev/no-such': 'node' } } } as KubeObject);

  test('a status in a create is dropped', async () => {
    const { client, namespace } = await start();
    expect(await client.create(widgets, { ...aWidget(namespace), status: { ready: true } } as Widget)).not.toHaveProperty('status');
  });

  test('a status in a PUT of the main resource is dropped', async () => {
    const { client, namespace, status } = await start();
    await client.create(widgets, aWidget(namespace));
    const patched = await client.patchMerge<Widget>(widgets, status, { status: { ready: true } });
    const replaced = await client.replace<Widget>(widgets, { ...patched, status: { ready: false }, spec: { size: 4 } } as Widget);
    expect([replaced.spec?.size, replaced.status]).toEqual([4, { ready: true }]);
  });

  test('a PUT of the status leaves spec, labels and annotations alone', async () => {
    const { client, namespace } = await start();
    const created = await client.create<Widget>(widgets, aWidget(namespace));
    const sent = { ...created, metadata: { ...created.metadata, labels: { a: 'b' }, annotations: { a: 'b' } }, spec: { size: 9 }, status: { ready: true } } as Widget;
    const replaced = await client.replace<Widget>(widgets, sent, { subresource: 'status' });
    expect([replaced.spec?.size, replaced.metadata.labels, replaced.metadata.annotations, replaced.status]).toEqual([3, undefined, undefined, { ready: true }]);
  });

  test('a PUT of the status with an old resourceVersion is 409', async () => {
    const { client, namespace, address } = await start();
    const created = await client.create<Widget>(widgets, aWidget(namespace));
    await client.patchMerge(widgets, address, { spec: { size: 4 } });
    expect(await refusal(client.replace(widgets, { ...created, status: {} } as Widget, { subresource: 'status' }))).toMatchObject({ code: 409 });
  });

  test('a status patch that changes nothing is no write', async () => {
    const { client, namespace, status } = await start();
    await client.create(widgets, aWidget(namespace));
    const first = await client.patchMerge<Widget>(widgets, status, { status: { ready: true } });
    expect(await client.patchMerge(widgets, status, { status: { ready: true } })).toEqual(first);
  });

  test('a JSON patch reaches the status by its own door only', async () => {
    const { client, namespace, address, status } = await start();
    await client.create(widgets, aWidget(namespace));
    const patch = [{ op: 'add', path: '/status', value: { ready: true } }];
    expect((await client.patchJson<Widget>(widgets, address, patch)).status).toBeUndefined();
    expect((await client.patchJson<Widget>(widgets, status, patch)).status).toEqual({ ready: true });
  });

  test('the status of what does not exist is 404', async () => {
    const { client, status } = await start();
    expect(await refusal(client.get(widgets, status))).toMatchObject({ code: 404 });
    expect(await refusal(client.patchMerge(widgets, status, { status: {} }))).toMatchObject({ code: 404 });
  });

  test('a status is not guarded by a uid, only by a resourceVersion', async () => {
    const { client, namespace } = await start();
    const { metadata: { resourceVersion } } = await client.create(widgets, aWidget(namespace));
    const apply = (metadata: object) => (
      client.apply<Widget>(widgets, { metadata: { namespace, name: 'one', ...metadata }, status: { ready: true } } as Widget, { fieldManager: 'one', subresource: 'status', force: true }));
    expect((await apply({ uid: '00000000-0000-0000-0000-000000000000' })).status).toEqual({ ready: true });
    expect(await refusal(apply({ resourceVersion }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('a status patched with a foreign uid is patched', async () => {
    const { client, namespace, status } = await start();
    const { metadata: { uid } } = await client.create(widgets, aWidget(namespace));
    const patched = await client.patchMerge<Widget>(widgets, status, { metadata: { uid: '00000000-0000-0000-0000-000000000000' }, status: { ready: true } });
    expect([patched.metadata.uid, patched.status]).toEqual([uid, { ready: true }]);
  });

  test('the status is read with the whole object', async () => {
    const { client, namespace, status } = await start();
    const created = await client.create(widgets, aWidget(namespace));
    expect(await client.get(widgets, status)).toEqual(created);
  });

  test('a subresource that the kind does not have is 404', async () => {
    const { client, namespace, address } = await start();
    await client.create(widgets, aWidget(namespace));
    expect(await refusal(client.get(widgets, { ...address, subresource: 'scale' }))).toMatchObject({ code: 404 });
  });

  test('a Pod ends by a patch of its status', async () => {
    const { client, namespace, status } = await start();
    await client.create(pods, pod(namespace));
    const terminated = { exitCode: 0, reason: 'Completed', message: 'done', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
    const containerStatuses = [{ name: 'main', image: 'x', imageID: 'x', ready: false, restartCount: 0, state: { terminated } }];
    const patched = await client.patchMerge<KubeObject & { status: object }>(pods, status, { status: { phase: 'Succeeded', containerStatuses } });
    expect(patched.status).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ state: { terminated } }] });
  });

  test('a strategic merge patch of a Pod\'s status merges conditions by type', async () => {
    const { client, namespace, status } = await start();
    await client.create(pods, pod(namespace));
    const patch = (type: string) => client.patchStrategic<KubeObject & { status: { conditions: { type: string }[] } }>(pods, status, { status: { conditions: [{ type, status: 'True' }] } });
    await patch('taskwright.dev/One');
    const types = (await patch('taskwright.dev/Two')).status.conditions.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['taskwright.dev/One', 'taskwright.dev/Two']));
  });

  test('the status of a Job is not set by its creator', async () => {
    const { client, namespace } = await start();
    const job = { metadata: { namespace, name: 'one' }, spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } } }, status: { succeeded: 1 } };
    expect((await client.create<KubeObject & { status: object }>(jobs, job as KubeObject)).status).toEqual({});
  });

  test('a Pod is bound by its subresource, once', async () => {
    const { client, namespace, address } = await start();
    await client.create(pods, pod(namespace));
    const bind = () => client.send({
      method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/one/binding`, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'one' }, target: { apiVersion: 'v1', kind: 'Node', name: 'some-node' } }),
    });
    expect((await bind()).status).toBe(201);
    expect(await client.get(pods, address)).toMatchObject({ spec: { nodeName: 'some-node' } });
    expect(await refusal(bind())).toMatchObject({ code: 409, reason: 'Conflict' });
    await client.delete(pods, address, { gracePeriodSeconds: 0 });
  });
}
