import { expect, test } from 'vitest';
import type { KubeObject, ObjectMeta } from '../../src/kube/object.ts';
import { configMaps, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets } from './widget.ts';

/** The rules of `metadata` are the same for every kind, built in or ours. */
export function metadataContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    const kinds = [
      { resource: configMaps, object: (metadata: ObjectMeta): KubeObject => ({ metadata: { namespace, name: 'one', ...metadata } }) },
      { resource: widgets, object: (metadata: ObjectMeta): KubeObject => ({ ...aWidget(namespace), metadata: { namespace, name: 'one', ...metadata } }) },
    ];
    return { ...connection, namespace, kinds };
  };
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '1' };

  test.each<[string, ObjectMeta, string, string]>([
    ['a label key that begins with a dash', { labels: { '-a': 'b' } }, 'metadata.labels', 'name part must consist of'],
    ['a label key with two slashes', { labels: { 'a/b/c': 'd' } }, 'metadata.labels', 'a valid label key must consist of'],
    ['a label key whose prefix is no domain', { labels: { 'A_b/c': 'd' } }, 'metadata.labels', 'prefix part a lowercase RFC 1123 subdomain'],
    ['a label key of 64 characters', { labels: { ['a'.repeat(64)]: 'd' } }, 'metadata.labels', 'name part must be no more than 63'],
    ['a label value that ends with a dash', { labels: { a: 'b-' } }, 'metadata.labels', 'a valid label must be an empty string or'],
    ['a label value of 64 characters', { labels: { a: 'b'.repeat(64) } }, 'metadata.labels', 'must be no more than 63'],
    ['an annotation key with a space', { annotations: { 'a b': 'c' } }, 'metadata.annotations', 'name part must consist of'],
    ['annotations of more than 256 KiB', { annotations: { a: 'x'.repeat(256 * 1024) } }, 'metadata.annotations', 'Too long: may not be more than 262144 bytes'],
    ['a finalizer with two slashes', { finalizers: ['a/b/c'] }, 'metadata.finalizers', 'a valid label key must consist of'],
    ['an owner without a uid', { ownerReferences: [{ ...reference, uid: '' }] }, 'metadata.ownerReferences.uid', 'must not be empty'],
    ['an owner without a name', { ownerReferences: [{ ...reference, name: '' }] }, 'metadata.ownerReferences.name', 'must not be empty'],
    ['an owner without a kind', { ownerReferences: [{ ...reference, kind: '' }] }, 'metadata.ownerReferences.kind', 'must not be empty'],
    ['an owner without a version', { ownerReferences: [{ ...reference, apiVersion: '' }] }, 'metadata.ownerReferences.apiVersion', 'version must not be empty'],
    ['two controllers', { ownerReferences: [{ ...reference, controller: true }, { ...reference, name: 'b', uid: '2', controller: true }] }, 'metadata.ownerReferences', 'Only one reference can have Controller set to true. Found "true" in references for ConfigMap/owner and ConfigMap/b'],
    ['a name in capitals', { name: 'One' }, 'metadata.name', 'a lowercase RFC 1123 subdomain must consist of'],
    ['a name of 254 characters', { name: 'a'.repeat(254) }, 'metadata.name', 'must be no more than 253'],
  ])('%s is 422', async (_, metadata, field, message) => {
    const { client, kinds } = await start();
    for (const { resource, object } of kinds) {
      const status = await refusal(client.create(resource, object(metadata)));
      expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
      const found = status.details?.causes?.map((cause) => `${cause.field}: ${cause.message}`).filter((cause) => cause.startsWith(`${field}: `) && cause.includes(message));
      expect(found, JSON.stringify(status.details)).not.toEqual([]);
    }
  });

  test('an object without any name is 422', async () => {
    const { client, namespace } = await start();
    const status = await refusal(client.create(configMaps, { metadata: { namespace } }));
    expect(status.details?.causes).toContainEqual({ reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value: name or generateName is required' });
  });

  test('a namespace in the object that is not that of the path is 400', async () => {
    const { client, namespace } = await start();
    const request = { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"other"}}' } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test.each<[string, object, string]>([
    ['takes the name away', { name: null }, 'the name of the object (one based on URL) was undeterminable: name must be provided'],
    ['gives another name', { name: 'two' }, 'the name of the object (two) does not match the name on the URL (one)'],
    ['gives another namespace', { namespace: 'elsewhere' }, 'the namespace of the provided object does not match the namespace sent on the request'],
  ])('a patch that %s is 400', async (_, metadata, message) => {
    const { client, namespace, kinds } = await start();
    for (const { resource, object } of kinds) {
      await client.create(resource, object({}));
      const patch = client.patchMerge(resource, { namespace, name: 'one' }, { metadata });
      expect(await refusal(patch)).toMatchObject({ code: 400, reason: 'BadRequest', message });
    }
    const patch = client.patchStrategic(configMaps, { namespace, name: 'one' }, { metadata });
    expect(await refusal(patch)).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });

  test('a patch that takes the namespace away changes nothing', async () => {
    const { client, namespace, kinds } = await start();
    for (const { resource, object } of kinds) {
      const { metadata } = await client.create(resource, object({}));
      expect((await client.patchMerge(resource, { namespace, name: 'one' }, { metadata: { namespace: null } })).metadata).toEqual(metadata);
    }
  });

  test('a PUT under another name than that of the path is 400', async () => {
    const { client, namespace } = await start();
    await client.create(configMaps, { metadata: { namespace, name: 'one' } });
    const request = { method: 'PUT', path: `/api/v1/namespaces/${namespace}/configmaps/one`, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}' } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test('an object of another kind than that of the path is 400', async () => {
    const { client, namespace } = await start();
    const request = { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"one"}}' } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test('a body that is no JSON is 400', async () => {
    const { client, namespace } = await start();
    const request = { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, headers: { 'content-type': 'application/json' }, body: '{"apiVersion":' } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test('an object is made from YAML too', async () => {
    const { client, namespace } = await start();
    const request = { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, headers: { 'content-type': 'application/yaml' }, body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "1"}\n' } as const;
    expect((await client.send(request)).status).toBe(201);
    expect(await client.get(configMaps, { namespace, name: 'one' })).toMatchObject({ data: { a: '1' } });
  });

  test('a key that stands twice is a strict decoding error', async () => {
    const { client, namespace } = await start();
    const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"1"},"data":{"b":"2"}}';
    const path = `/api/v1/namespaces/${namespace}/configmaps?fieldValidation=Strict`;
    const status = await refusal(client.send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body }));
    expect(status).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(status.message).toContain('strict decoding error: duplicate field "data"');
  });

  test('an unknown field of metadata is a strict decoding error', async () => {
    const { client, kinds } = await start();
    for (const { resource, object } of kinds) {
      const status = await refusal(client.create(resource, object({ lables: {} } as ObjectMeta), { fieldValidation: 'Strict' }));
      expect(status.message).toContain('unknown field "metadata.lables"');
    }
  });
}
