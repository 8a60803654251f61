import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { bodyOf, configMaps, pods, refusal, type Connect } from './connection.ts';

interface ConfigMap extends KubeObject { data?: Record<string, string> }

export function writeAndDeleteContract(connect: Connect): void {
  const start = async (fields: Partial<ConfigMap['metadata']> = {}) => {
    const connection = await connect();
    const namespace = await connection.namespace();
    const created = await connection.client.create<ConfigMap>(configMaps, { metadata: { namespace, name: 'one', ...fields }, data: { a: '1', b: '2' } } as ConfigMap);
    return { ...connection, created, address: { namespace, name: 'one' } };
  };

  test('a PUT with an old resourceVersion is 409 Conflict', async () => {
    const { client, created, address } = await start();
    await client.patchMerge(configMaps, address, { data: { a: '2' } });
    const status = await refusal(client.replace(configMaps, created));
    expect(status).toMatchObject({ code: 409, reason: 'Conflict', details: { name: 'one', kind: 'configmaps' } });
    expect(status.message).toBe('Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again');
  });

  test('a merge patch with an old resourceVersion is 409 Conflict', async () => {
    const { client, created, address } = await start();
    await client.patchMerge(configMaps, address, { data: { a: '2' } });
    const patch = { metadata: { resourceVersion: created.metadata.resourceVersion }, data: { a: '3' } };
    expect(await refusal(client.patchMerge(configMaps, address, patch))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('a write that changes nothing is no write', async () => {
    const { client, created, address } = await start();
    const patched = await client.patchMerge(configMaps, address, { data: { a: '1' } });
    expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  test('a merge patch removes with null', async () => {
    const { client, address } = await start();
    expect((await client.patchMerge<ConfigMap>(configMaps, address, { data: { a: null, c: '3' } })).data).toEqual({ b: '2', c: '3' });
  });

  test('a JSON patch is all or nothing, and a failed test is 422', async () => {
    const { client, address } = await start();
    const patch = [{ op: 'replace', path: '/data/a', value: '9' }, { op: 'test', path: '/data/b', value: 'no' }];
    expect(await refusal(client.patchJson(configMaps, address, patch))).toMatchObject({ code: 422 });
    expect((await client.get<ConfigMap>(configMaps, address)).data?.a).toBe('1');
  });

  test('an unknown kind of patch is 415', async () => {
    const { client, address } = await start();
    const request = { method: 'PATCH', path: `/api/v1/namespaces/${address.namespace}/configmaps/one`, headers: { 'content-type': 'text/plain' }, body: '{}' } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  test('what the server sets cannot be changed', async () => {
    const { client, created, address } = await start();
    const patched = await client.patchMerge(configMaps, address, { metadata: { creationTimestamp: '2001-01-01T00:00:00Z', generation: 9 }, data: { a: '5' } });
    expect(patched.metadata.creationTimestamp).toBe(created.metadata.creationTimestamp);
    expect(await refusal(client.patchMerge(configMaps, address, { metadata: { uid: 'other' } }))).toMatchObject({ code: expect.toBeOneOf([409, 422]) as number });
  });

  test('a strategic merge patch merges containers by name', async () => {
    const { client, address: { namespace } } = await start();
    await client.create(pods, { metadata: { namespace, name: 'one' }, spec: { containers: [{ name: 'a', image: 'x' }, { name: 'b', image: 'y' }] } } as KubeObject);
    const patched = await client.patchStrategic<KubeObject & { spec: { containers: { name: string; image: string }[] } }>(
      pods, { namespace, name: 'one' }, { spec: { containers: [{ name: 'b', image: 'z' }] } });
    expect(patched.spec.containers.map(({ name, image }) => `${name}=${image}`)).toEqual(['a=x', 'b=z']);
  });

  test('a deletion is answered with a Status that names what went', async () => {
    const { client, created, address } = await start();
    expect(await client.delete(configMaps, address)).toMatchObject({
      kind: 'Status', status: 'Success', details: { name: 'one', kind: 'configmaps', uid: created.metadata.uid },
    });
    expect(await refusal(client.get(configMaps, address))).toMatchObject({ code: 404 });
  });

  test('a deletion whose precondition does not hold is 409 Conflict', async () => {
    const { client, address } = await start();
    expect(await refusal(client.delete(configMaps, address, { preconditions: { uid: 'other' } }))).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(await refusal(client.delete(configMaps, address, { preconditions: { resourceVersion: '1' } }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('a finalizer keeps a deleted object until it is removed', async () => {
    const { client, address } = await start({ finalizers: ['taskwright.dev/test'] });
    const marked = await client.delete<ConfigMap>(configMaps, address);
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    expect((await client.get(configMaps, address)).metadata.finalizers).toEqual(['taskwright.dev/test']);
    const adding = client.patchMerge(configMaps, address, { metadata: { finalizers: ['taskwright.dev/test', 'taskwright.dev/late'] } });
    const status = await refusal(adding);
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    // A real server judges the metadata of some kinds twice.
    expect(new Set(status.details?.causes?.map(({ field }) => field))).toEqual(new Set(['metadata.finalizers']));
    await client.patchMerge(configMaps, address, { metadata: { finalizers: null } });
    expect(await refusal(client.get(configMaps, address))).toMatchObject({ code: 404 });
  });

  test('a collection is deleted by selector', async () => {
    const { client, address: { namespace } } = await start();
    await client.create(configMaps, { metadata: { namespace, name: 'two', labels: { go: 'yes' } } });
    await client.send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/configmaps?labelSelector=go%3Dyes` });
    expect((await client.list(configMaps, { namespace, labelSelector: 'go=yes' })).items).toEqual([]);
    expect(await client.get(configMaps, { namespace, name: 'one' })).toBeDefined();
  });

  test('metadata only is what PartialObjectMetadata asks for', async () => {
    const { transport, address } = await start();
    const response = await transport.request({
      method: 'GET', path: `/api/v1/namespaces/${address.namespace}/configmaps/one`, headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
    });
    expect(Object.keys(bodyOf(response) as object).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });
}
