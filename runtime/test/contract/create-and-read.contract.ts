import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMaps, jobs, refusal, type Connect } from './connection.ts';

interface ConfigMap extends KubeObject { data?: Record<string, string> }

export function createAndReadContract(connect: Connect): void {
  const configMap = (namespace: string, name: string): ConfigMap => ({ metadata: { namespace, name }, data: { a: '1' } });

  test('a created object carries what the server sets', async () => {
    const { client, namespace } = await connect();
    const ns = await namespace();
    const created = await client.create<ConfigMap>(configMaps, configMap(ns, 'one'));
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(created.metadata.uid).toMatch(/^[0-9a-f]{8}-/);
    expect(created.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await client.get(configMaps, { namespace: ns, name: 'one' })).toEqual(created);
  });

  test('a name that is taken is 409 AlreadyExists', async () => {
    const { client, namespace } = await connect();
    const ns = await namespace();
    await client.create(configMaps, configMap(ns, 'one'));
    expect(await refusal(client.create(configMaps, configMap(ns, 'one')))).toMatchObject({
      code: 409, reason: 'AlreadyExists', message: 'configmaps "one" already exists', details: { name: 'one', kind: 'configmaps' },
    });
  });

  test('what does not exist is 404 NotFound', async () => {
    const { client, namespace } = await connect();
    expect(await refusal(client.get(jobs, { namespace: await namespace(), name: 'none' }))).toMatchObject({
      code: 404, reason: 'NotFound', message: 'jobs.batch "none" not found', details: { name: 'none', group: 'batch', kind: 'jobs' },
    });
  });

  test('a namespace that does not exist is 404 for what is created in it', async () => {
    const { client } = await connect();
    expect(await refusal(client.create(configMaps, configMap('no-such-namespace', 'one')))).toMatchObject({
      code: 404, message: 'namespaces "no-such-namespace" not found',
    });
  });

  test('a name that is no DNS subdomain is 422 Invalid', async () => {
    const { client, namespace } = await connect();
    expect(await refusal(client.create(configMaps, configMap(await namespace(), 'No_Name')))).toMatchObject({
      code: 422, reason: 'Invalid', details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] },
    });
  });

  test('generateName makes a name of its own for each', async () => {
    const { client, namespace } = await connect();
    const ns = await namespace();
    const create = () => client.create(configMaps, { metadata: { namespace: ns, generateName: 'run-' } });
    const [one, two] = [await create(), await create()];
    expect(one.metadata.name).toMatch(/^run-[a-z0-9]{5}$/);
    expect(one.metadata.name).not.toBe(two.metadata.name);
  });

  test('a dry run answers as if it were done and stores nothing', async () => {
    const { client, namespace } = await connect();
    const ns = await namespace();
    const created = await client.create(configMaps, configMap(ns, 'one'), { dryRun: true });
    expect(created.metadata.uid).toBeDefined();
    expect(await refusal(client.get(configMaps, { namespace: ns, name: 'one' }))).toMatchObject({ code: 404 });
  });

  test('an unknown path is 404 page not found', async () => {
    const { transport } = await connect();
    const response = await transport.request({ method: 'GET', path: '/apis/no.such.group/v1/things' });
    expect([response.status, response.body.toString().trim()]).toEqual([404, '404 page not found']);
  });

  test('text that other readers take for line ends or markup is escaped', async () => {
    const { client, transport, namespace } = await connect();
    const ns = await namespace();
    await client.create(configMaps, { metadata: { namespace: ns, name: 'one' }, data: { text: '<a&b>\u2028\u2029' } } as ConfigMap);
    const { body } = await transport.request({ method: 'GET', path: `/api/v1/namespaces/${ns}/configmaps/one` });
    expect(body.toString()).toContain(String.raw`\u003ca\u0026b\u003e\u2028\u2029`);
  });

  test('every group has an OpenAPI document, and every reference in it leads somewhere', async () => {
    const { transport } = await connect();
    const read = async (path: string) => JSON.parse((await transport.request({ method: 'GET', path, headers: { accept: 'application/json' } })).body.toString()) as Record<string, unknown>;
    const { paths } = await read('/openapi/v3') as { paths: Record<string, { serverRelativeURL: string }> };
    const groups = ['api/v1', 'apis/batch/v1', 'apis/apps/v1', 'apis/apiextensions.k8s.io/v1'];
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(groups));
    for (const group of groups) {
      const { components } = await read(paths[group]!.serverRelativeURL) as { components: { schemas: Record<string, unknown> } };
      const references = new Set([...JSON.stringify(components).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!));
      expect([...references].filter((name) => !(name in components.schemas))).toEqual([]);
    }
  });
}
