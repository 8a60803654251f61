import { expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { bodyOf, type Connect, refusal } from './connection.ts';
import { defineKind } from './define-kind.ts';

const fleets: Resource = { group: 'contract.taskwright.dev', version: 'v1', kind: 'Fleet', plural: 'fleets', namespaced: true };
const OPEN = { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = {
  metadata: { name: 'fleets.contract.taskwright.dev' },
  spec: {
    group: fleets.group, scope: 'Namespaced', names: { plural: 'fleets', kind: 'Fleet' },
    versions: [{
      name: 'v1', served: true, storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: OPEN, status: OPEN } } },
      subresources: { status: {}, scale: { specReplicasPath: '.spec.workers', statusReplicasPath: '.status.workers', labelSelectorPath: '.status.selector' } },
    }],
  },
};

interface Fleet extends KubeObject { spec?: { workers?: number; other?: string }; status?: object }
interface Scale extends KubeObject { spec: { replicas?: number }; status: { replicas: number; selector?: string } }

/** `/scale` of a kind whose definition declares it. */
export function scaleContract(connect: Connect): void {
  async function aFleet(spec: Fleet['spec']) {
    const connection = await connect();
    await defineKind(connection, definition);
    const namespace = await connection.namespace();
    const created = await connection.client.create<Fleet>(fleets, { metadata: { namespace, name: 'one' }, spec } as Fleet);
    const path = `/apis/${fleets.group}/v1/namespaces/${namespace}/fleets/one/scale`;
    const send = async (method: 'GET' | 'PUT' | 'PATCH' | 'DELETE', body?: unknown, type = 'application/json') => (
      bodyOf(await connection.client.send({ method, path, headers: { 'content-type': type }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })) as Scale);
    const merge = (body: unknown) => send('PATCH', body, 'application/merge-patch+json');
    return { ...connection, created, send, merge, address: { namespace, name: 'one' } };
  }

  test('an object is seen as a Scale, by the paths of its definition', async () => {
    const { client, send, created, address } = await aFleet({ workers: 3 });
    await client.patchMerge(fleets, { ...address, subresource: 'status' }, { status: { workers: 2, selector: 'app=fleet' } });
    const { metadata: { uid, creationTimestamp } } = created;
    expect(await send('GET')).toEqual({
      kind: 'Scale', apiVersion: 'autoscaling/v1',
      metadata: { ...address, uid, creationTimestamp, resourceVersion: expect.any(String) as string },
      spec: { replicas: 3 }, status: { replicas: 2, selector: 'app=fleet' },
    });
  });

  test('an object that does not say how many it has has none, and no selector', async () => {
    const { send } = await aFleet({ workers: 1 });
    expect((await send('GET')).status).toEqual({ replicas: 0 });
  });

  test('an object that does not say how many it wants cannot be read as a Scale, and can be scaled', async () => {
    const { send, merge } = await aFleet({ other: 'kept' });
    const status = await refusal(send('GET'));
    expect(status).toMatchObject({ code: 500, reason: 'InternalError' });
    expect(status.message).toContain('the spec replicas field ".spec.workers" does not exist');
    expect(await merge({ spec: { replicas: 2 } })).toMatchObject({ spec: { replicas: 2 } });
  });

  test('a patch changes the replicas and nothing else, and counts as a change of the spec', async () => {
    const { client, merge, created, address } = await aFleet({ workers: 3, other: 'kept' });
    expect(await merge({ spec: { replicas: 5 }, status: { replicas: 9 } })).toMatchObject({ kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 0 } });
    const after = await client.get<Fleet>(fleets, address);
    expect([after.spec, after.status, after.metadata.generation]).toEqual([{ workers: 5, other: 'kept' }, undefined, created.metadata.generation! + 1]);
  });

  test('a JSON patch is a patch of the Scale', async () => {
    const { send } = await aFleet({ workers: 3 });
    const patch = [{ op: 'test', path: '/spec/replicas', value: 3 }, { op: 'replace', path: '/spec/replicas', value: 4 }];
    expect(await send('PATCH', patch, 'application/json-patch+json')).toMatchObject({ spec: { replicas: 4 } });
  });

  test('a Scale that was read can be written back, once', async () => {
    const { send } = await aFleet({ workers: 3 });
    const scale = await send('GET');
    expect(await send('PUT', { ...scale, spec: { replicas: 4 } })).toMatchObject({ spec: { replicas: 4 } });
    expect(await refusal(send('PUT', { ...scale, spec: { replicas: 5 } }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('fewer than none is 422, and what is no number is refused', async () => {
    const { merge } = await aFleet({ workers: 3 });
    expect(await refusal(merge({ spec: { replicas: -1 } }))).toMatchObject({ code: 422, reason: 'Invalid' });
    expect((await refusal(merge({ spec: { replicas: 'many' } }))).code).toBeOneOf([400, 422]);
  });

  test('a Scale is not deleted', async () => {
    const { send } = await aFleet({ workers: 3 });
    expect(await refusal(send('DELETE'))).toMatchObject({ code: 405 });
  });
}
