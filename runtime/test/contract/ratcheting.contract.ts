import { expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { definitions, refusal, type Connect, type Connection } from './connection.ts';
import { defineKind } from './define-kind.ts';
import { until } from './until.ts';

interface Ratchet extends KubeObject { spec?: Record<string, unknown> }

const ratchets: Resource = { group: 'contract.taskwright.dev', version: 'v1', kind: 'Ratchet', plural: 'ratchets', namespaced: true };

const loose = {
  mode: { type: 'string' },
  note: { type: 'string' },
  list: { 'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': { type: 'object', required: ['name'], properties: { name: { type: 'string' }, mode: { type: 'string' } } } },
};
const strict = {
  mode: { 'type': 'string', 'enum': ['new'], 'x-kubernetes-validations': [{ rule: `self != 'older'`, message: 'older is gone' }] },
  note: { type: 'string' },
  list: { ...loose.list, items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, mode: { type: 'string', pattern: '^new$' } } } },
};

function definition(properties: object): KubeObject {
  return {
    metadata: { name: `ratchets.${ratchets.group}` },
    spec: {
      group: ratchets.group, scope: 'Namespaced', names: { plural: ratchets.plural, kind: ratchets.kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } } }],
    },
  } as KubeObject;
}

/** A schema that grew stricter does not lock up what was stored before: what an update leaves alone is not judged again. */
export function ratchetingContract(connect: Connect): void {
  /** An object that the schema of today would refuse. */
  const start = async (spec: Record<string, unknown>) => {
    const connection = await connect();
    await defineKind(connection, definition(loose));
    const namespace = await connection.namespace();
    const address = { namespace, name: 'one' };
    await takesEffect(connection, namespace, true);
    await connection.client.create(ratchets, { metadata: address, spec } as Ratchet);
    await connection.client.apply(definitions, definition(strict), { fieldManager: 'contract', force: true });
    await takesEffect(connection, namespace, false);
    return { ...connection, address };
  };

  async function takesEffect(connection: Connection, namespace: string, accepted: boolean): Promise<void> {
    const probe = { metadata: { namespace, name: 'probe' }, spec: { mode: 'old' } } as Ratchet;
    const create = () => connection.client.create(ratchets, probe, { dryRun: true }).then(() => true, () => false);
    if (!await until(connection, async () => await create() === accepted)) throw new Error('the changed schema does not take effect');
  }

  test('an update of another field is taken', async () => {
    const { client, address } = await start({ mode: 'old' });
    expect((await client.patchMerge<Ratchet>(ratchets, address, { spec: { note: 'x' } })).spec).toEqual({ mode: 'old', note: 'x' });
  });

  test('a PUT that repeats the old value is taken', async () => {
    const { client, address } = await start({ mode: 'old' });
    const found = await client.get<Ratchet>(ratchets, address);
    expect((await client.replace<Ratchet>(ratchets, { ...found, spec: { mode: 'old', note: 'y' } } as Ratchet)).spec?.note).toBe('y');
  });

  test('labels of it can be changed', async () => {
    const { client, address } = await start({ mode: 'old' });
    expect((await client.patchMerge(ratchets, address, { metadata: { labels: { a: 'b' } } })).metadata.labels).toEqual({ a: 'b' });
  });

  test('a change from one wrong value to another is 422', async () => {
    const { client, address } = await start({ mode: 'old' });
    const { code, details } = await refusal(client.patchMerge(ratchets, address, { spec: { mode: 'other' } }));
    expect([code, details?.causes?.map(({ field, reason }) => `${reason} ${field}`)]).toEqual([422, ['FieldValueNotSupported spec.mode', 'FieldValueInvalid <nil>']]);
  });

  test('once it is right it cannot become wrong again', async () => {
    const { client, address } = await start({ mode: 'old' });
    await client.patchMerge(ratchets, address, { spec: { mode: 'new' } });
    expect(await refusal(client.patchMerge(ratchets, address, { spec: { mode: 'old' } }))).toMatchObject({ code: 422 });
  });

  test('a rule that an unchanged value breaks is not asked again', async () => {
    const { client, address } = await start({ mode: 'older' });
    expect((await client.patchMerge<Ratchet>(ratchets, address, { spec: { note: 'x' } })).spec).toEqual({ mode: 'older', note: 'x' });
  });

  test('an item of a keyed list is compared with the item of its key, wherever it stands', async () => {
    const { client, address } = await start({ list: [{ name: 'a', mode: 'old' }, { name: 'b', mode: 'old' }] });
    const moved = [{ name: 'b', mode: 'old' }, { name: 'c', mode: 'new' }, { name: 'a', mode: 'old' }];
    expect((await client.patchMerge<Ratchet>(ratchets, address, { spec: { list: moved } })).spec?.list).toEqual(moved);
    const status = await refusal(client.patchMerge(ratchets, address, { spec: { list: [...moved, { name: 'd', mode: 'old' }] } }));
    expect(status.details?.causes).toMatchObject([{ field: 'spec.list[3].mode' }]);
  });

  test('an apply is judged like any update', async () => {
    const { client, address } = await start({ mode: 'old' });
    const apply = (spec: object) => client.apply<Ratchet>(ratchets, { metadata: address, spec } as Ratchet, { fieldManager: 'one', force: true });
    expect((await apply({ note: 'z' })).spec).toEqual({ mode: 'old', note: 'z' });
    expect(await refusal(apply({ mode: 'wrong' }))).toMatchObject({ code: 422 });
  });
}
