import { expect, test } from 'vitest';
import { configMaps, pods, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from './widget.ts';

interface ManagedFields { manager: string; operation: string; time?: string; subresource?: string; fieldsV1: object }

export function applyContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    const { client } = connection;
    const apply = (fieldManager: string, spec: Record<string, unknown>, options: { force?: boolean } = {}) => {
      const widget = { metadata: { namespace, name: 'one' }, spec };
      return client.apply<Widget>(widgets, widget, { fieldManager, ...options });
    };
    return { client, namespace, apply, address: { namespace, name: 'one' } };
  };
  const ownersOf = (object: Widget) => object.metadata.managedFields as ManagedFields[];

  test('an apply creates what is missing and records the fields of its manager', async () => {
    const { apply } = await start();
    const created = await apply('one', { size: 3, parts: [{ name: 'a', note: 'x' }], tags: ['t'] });
    expect(ownersOf(created)).toMatchObject([{
      manager: 'one', operation: 'Apply',
      fieldsV1: { 'f:spec': { 'f:size': {}, 'f:tags': { 'v:"t"': {} }, 'f:parts': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:note': {} } } } },
    }]);
  });

  test('a repeated apply changes nothing, not even the resourceVersion', async () => {
    const { apply } = await start();
    const first = await apply('one', { size: 3 });
    expect((await apply('one', { size: 3 })).metadata).toEqual(first.metadata);
  });

  test('fields that a manager no longer applies are removed, unless somebody else owns them', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, name: 'abc', steps: ['s'] });
    await apply('two', { size: 3, name: 'abc' });
    const { spec } = await apply('one', { size: 3 });
    expect(spec).toEqual({ size: 3, name: 'abc', color: 'red' });
  });

  test('two managers share a keyed list, each with its items', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, parts: [{ name: 'a' }] });
    await apply('two', { parts: [{ name: 'b', weight: 2 }] });
    expect((await apply('one', { size: 3, parts: [] })).spec?.parts).toEqual([{ name: 'b', weight: 2 }]);
  });

  test('an item of a keyed list that has none of its keys cannot be applied', async () => {
    const { apply, namespace } = await start();
    const status = await refusal(apply('one', { size: 3, parts: [{ name: 'a' }, { note: 'x' }] }));
    expect([status.code, status.reason, status.message]).toEqual([500, undefined,
      `failed to create typed patch object (${namespace}/one; contract.taskwright.dev/v1, Kind=Widget): .spec.parts: element 1: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`]);
  });

  test('another manager\'s value is 409 Conflict with a cause that names the field', async () => {
    const { apply } = await start();
    await apply('one', { size: 3 });
    const status = await refusal(apply('two', { size: 4 }));
    expect(status).toMatchObject({ code: 409, reason: 'Conflict', details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.size', message: 'conflict with "one"' }] } });
    expect(status.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec.size');
  });

  test('force takes the field over', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, name: 'abc' });
    const forced = await apply('two', { size: 4 }, { force: true });
    expect(forced.spec).toMatchObject({ size: 4, name: 'abc' });
    expect(ownersOf(forced)).toMatchObject([{ manager: 'one', fieldsV1: { 'f:spec': { 'f:name': {} } } }, { manager: 'two', fieldsV1: { 'f:spec': { 'f:size': {} } } }]);
    expect(ownersOf(forced)[0]!.fieldsV1).toEqual({ 'f:spec': { 'f:name': {} } });
  });

  test('the same value applied by two belongs to both', async () => {
    const { apply } = await start();
    await apply('one', { size: 3 });
    const owners = ownersOf(await apply('two', { size: 3 }));
    // Who changed nothing has no time, and comes first.
    expect(owners.map(({ manager, time }) => [manager, time !== undefined])).toEqual([['two', false], ['one', true]]);
  });

  test('an update takes what it changes from an applier', async () => {
    const { client, apply, address } = await start();
    await apply('one', { size: 3 });
    await client.patchMerge(widgets, address, { spec: { size: 4 } }, { fieldManager: 'editor' });
    expect(await refusal(apply('one', { size: 3 }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('an atomic map is owned as a whole', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, options: { a: '1' } });
    const status = await refusal(apply('two', { options: { b: '2' } }));
    expect(status.details?.causes).toMatchObject([{ field: '.spec.options' }]);
  });

  test('status is applied by its subresource and the main resource leaves it alone', async () => {
    const { client, apply, namespace, address } = await start();
    await apply('one', { size: 3 });
    const status = { metadata: { namespace, name: 'one' }, spec: { size: 9 }, status: { ready: true } };
    await client.apply(widgets, status, { fieldManager: 'one', subresource: 'status', force: true });
    const found = await client.get<Widget>(widgets, address);
    expect([found.spec?.size, found.status]).toEqual([3, { ready: true }]);
    expect(ownersOf(found)).toMatchObject([{ manager: 'one' }, { manager: 'one', subresource: 'status', fieldsV1: { 'f:status': { 'f:ready': {} } } }]);
  });

  test('a status applied to what does not exist is 404', async () => {
    const { client, namespace } = await start();
    const status = { metadata: { namespace, name: 'one' }, status: { ready: true } };
    expect(await refusal(client.apply(widgets, status, { fieldManager: 'one', subresource: 'status' }))).toMatchObject({ code: 404 });
  });

  test('with a uid, what does not exist is 409 and what is another object is 422', async () => {
    const { client, namespace } = await start();
    const withUid = { ...aWidget(namespace), metadata: { namespace, name: 'one', uid: '00000000-0000-0000-0000-000000000000' } };
    const missing = await refusal(client.apply(widgets, withUid, { fieldManager: 'one' }));
    expect(missing).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(missing.message).toContain('uid mismatch');
    await client.create(widgets, aWidget(namespace));
    const foreign = await refusal(client.apply(widgets, withUid, { fieldManager: 'one', force: true }));
    expect(foreign).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(foreign.message).toContain('field is immutable');
  });

  test('an apply has to name its manager', async () => {
    const { client, namespace } = await start();
    const request = {
      method: 'PATCH', path: `/api/v1/namespaces/${namespace}/configmaps/one`, headers: { 'content-type': 'application/apply-patch+yaml' },
      body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n',
    } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 422 });
    expect((await client.send({ ...request, path: `${request.path}?fieldManager=one` })).status).toBe(201);
  });

  test('built-in kinds merge their keyed lists', async () => {
    const { client, namespace } = await start();
    const pod = (containers: object[]) => ({ metadata: { namespace, name: 'one' }, spec: { containers } });
    await client.apply(pods, pod([{ name: 'a', image: 'x' }, { name: 'b', image: 'y' }]), { fieldManager: 'one' });
    const applied = await client.apply<Widget>(pods, pod([{ name: 'b', image: 'z' }]), { fieldManager: 'two', force: true });
    expect((applied.spec?.containers as { name: string; image: string }[]).map(({ name, image }) => `${name}=${image}`)).toEqual(['a=x', 'b=z']);
  });

  test('a ConfigMap has one owner per key', async () => {
    const { client, namespace } = await start();
    const configMap = (data: Record<string, string>) => ({ metadata: { namespace, name: 'one' }, data });
    await client.apply(configMaps, configMap({ a: '1', b: '1' }), { fieldManager: 'one' });
    await client.apply(configMaps, configMap({ c: '1' }), { fieldManager: 'two' });
    expect(await client.apply(configMaps, configMap({ a: '1' }), { fieldManager: 'one' })).toMatchObject({ data: { a: '1', c: '1' } });
    const found = await client.get<Widget & { data: object }>(configMaps, { namespace, name: 'one' });
    expect(found.data).toEqual({ a: '1', c: '1' });
  });
}
