import { expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { definitions, refusal, type Connect } from './connection.ts';
import { defineKind } from './define-kind.ts';
import { until } from './until.ts';

interface Crate extends KubeObject {
  spec?: { size?: number; litres?: number; colour?: string; lid?: string; extra?: string };
  status?: { phase?: string };
}

const GROUP = 'contract.taskwright.dev';
const at = (version: string): Resource => ({ group: GROUP, version, kind: 'Crate', plural: 'crates', namespaced: true });
const [old, hub] = [at('v1alpha1'), at('v1')];

/** v1alpha1 says `size` where v1 says `litres`, each with a default and a field that the other does not know; "unspeakable" cannot be converted. */
export function convertCrate(object: KubeObject, toApiVersion: string): KubeObject {
  const { spec = {}, ...rest } = object as Crate;
  if (spec.colour === 'unspeakable') throw new Error(`there is no word for the colour of ${object.metadata.name}`);
  const { size, litres, ...same } = spec;
  const amount = size ?? litres;
  const key = toApiVersion.endsWith('/v1') ? 'litres' : 'size';
  return { ...rest, apiVersion: toApiVersion, spec: { ...same, ...(amount === undefined ? {} : { [key]: amount }), extra: `was ${object.apiVersion}` } } as Crate;
}

function definition(clientConfig: object): KubeObject {
  const version = (name: string, storage: boolean, properties: object) => ({
    name, served: true, storage,
    subresources: { status: {} },
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties }, status: { type: 'object', properties: { phase: { type: 'string' } } } } } },
  });
  const colour = { type: 'string' };
  return {
    metadata: { name: `crates.${GROUP}` },
    spec: {
      group: GROUP, scope: 'Namespaced', names: { plural: 'crates', kind: 'Crate' },
      versions: [
        version('v1alpha1', false, { size: { type: 'integer', minimum: 1, default: 5 }, colour: { ...colour, default: 'grey' }, extra: { type: 'string' } }),
        version('v1', true, { litres: { type: 'integer' }, colour, lid: { type: 'string', default: 'flat' } }),
      ],
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
    },
  } as KubeObject;
}

/** One object in two versions, which a webhook converts. */
export function conversionContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineKind(connection, definition(connection.webhook!));
    const namespace = await connection.namespace();
    // A definition that changed takes a moment until it is asked by.
    if (!await until(connection, () => connection.client.list(old, { namespace }).then(() => true, () => false))) throw new Error('v1alpha1 is not served');
    const crate = (name: string, spec: Crate['spec']): Crate => ({ metadata: { namespace, name }, spec });
    return { ...connection, namespace, crate, address: { namespace, name: 'one' } };
  };

  test('what is created in one version is read in the other', async () => {
    const { client, crate, address } = await start();
    expect((await client.create<Crate>(old, crate('one', { size: 7, colour: 'red' }))).spec).toEqual({ size: 7, colour: 'red', extra: 'was contract.taskwright.dev/v1' });
    expect(await client.get<Crate>(hub, address)).toMatchObject({ apiVersion: 'contract.taskwright.dev/v1', kind: 'Crate', spec: { litres: 7, colour: 'red', lid: 'flat' } });
  });

  test('defaults are those of the version that is asked for, then those of the stored one', async () => {
    const { client, crate, address } = await start();
    await client.create(old, crate('one', {}));
    expect((await client.get<Crate>(hub, address)).spec).toEqual({ litres: 5, colour: 'grey', lid: 'flat' });
    await client.create(hub, crate('two', {}));
    expect((await client.get<Crate>(old, { ...address, name: 'two' })).spec).toEqual({ extra: 'was contract.taskwright.dev/v1' });
  });

  test('the version that is asked for judges', async () => {
    const { client, crate } = await start();
    expect(await refusal(client.create(old, crate('one', { size: 0 })))).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.size' }] } });
    expect((await client.create<Crate>(hub, crate('one', { litres: 0 }))).spec?.litres).toBe(0);
  });

  test('a write in one version loses what that does not know, and gets its defaults', async () => {
    const { client, crate, address } = await start();
    await client.create(hub, crate('one', { litres: 3, lid: 'round' }));
    expect((await client.patchMerge<Crate>(old, address, { spec: { size: 4 } })).spec).toEqual({ size: 4, colour: 'grey', extra: 'was contract.taskwright.dev/v1' });
    expect((await client.get<Crate>(hub, address)).spec).toEqual({ litres: 4, colour: 'grey', lid: 'flat' });
  });

  test('uid, version and generation are the same in both', async () => {
    const { client, crate, address } = await start();
    await client.create(hub, crate('one', { litres: 3 }));
    const [inOld, inHub] = [await client.get(old, address), await client.get(hub, address)];
    const identity = ({ metadata: { uid, resourceVersion, generation, creationTimestamp } }: KubeObject) => ({ uid, resourceVersion, generation, creationTimestamp });
    expect(identity(inOld)).toEqual(identity(inHub));
    expect(inOld.metadata.generation).toBe(1);
  });

  test('the status is written through either', async () => {
    const { client, crate, address } = await start();
    await client.create(hub, crate('one', { litres: 3 }));
    await client.patchMerge(old, { ...address, subresource: 'status' }, { status: { phase: 'Full' } });
    expect((await client.get<Crate>(hub, address)).status).toEqual({ phase: 'Full' });
  });

  test('a list is in the version that is asked for, whatever its items were made in', async () => {
    const { client, crate, namespace } = await start();
    await client.create(old, crate('a', { size: 1 }));
    await client.create(hub, crate('b', { litres: 2 }));
    const { items } = await client.list<Crate>(old, { namespace });
    expect(items.map(({ metadata: { name }, spec }) => [name, spec?.size])).toEqual([['a', 1], ['b', 2]]);
  });

  test('a watch is in the version that is asked for', async () => {
    const { client, crate, namespace } = await start();
    const { metadata } = await client.list<Crate>(old, { namespace });
    await client.create(hub, crate('a', { litres: 2 }));
    await client.delete(hub, { namespace, name: 'a' });
    const seen: unknown[] = [];
    const stop = new AbortController();
    for await (const event of client.watch<Crate>(old, { namespace, resourceVersion: metadata.resourceVersion }, stop.signal)) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      seen.push([event.type, event.object.apiVersion, event.object.spec?.size]);
      if (seen.length === 2) break;
    }
    stop.abort();
    expect(seen).toEqual([['ADDED', 'contract.taskwright.dev/v1alpha1', 2], ['DELETED', 'contract.taskwright.dev/v1alpha1', 2]]);
  });

  test('what cannot be converted is an error of that version, and can be read in the other', async () => {
    const { client, crate, address } = await start();
    await client.create(hub, crate('one', { colour: 'unspeakable' }));
    expect(await refusal(client.get(old, address))).toMatchObject({ code: 500, message: expect.stringContaining('there is no word for the colour of one') });
    expect((await client.get<Crate>(hub, address)).spec?.colour).toBe('unspeakable');
    expect(await refusal(client.create(old, crate('two', { colour: 'unspeakable' })))).toMatchObject({ code: 500 });
    // While it is there, a real server cannot list the other version at all.
    await client.delete(hub, address);
  });

  test('an object is deleted through either', async () => {
    const { client, crate, address } = await start();
    await client.create(hub, crate('one', {}));
    await client.delete(old, address);
    expect(await refusal(client.get(hub, address))).toMatchObject({ code: 404 });
  });

  test('the definition says what it was given', async () => {
    const { client } = await start();
    const { spec } = await client.get<KubeObject & { spec: { conversion: { strategy: string } } }>(definitions, { name: `crates.${GROUP}` });
    expect(spec.conversion.strategy).toBe('Webhook');
  });
}
