import { expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { configMaps, namespaces, refusal, secrets, type Connect, type Connection } from './connection.ts';
import { until } from './until.ts';

/** What the controllers beside an API server do: these suites need a whole cluster, not the API server alone. */
export function controllersContract(connect: Connect): void {
  const owned = (namespace: string, name: string, owners: KubeObject[], blockOwnerDeletion = true): KubeObject => ({
    metadata: {
      namespace, name,
      ownerReferences: owners.map(({ metadata }) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name!, uid: metadata.uid!, blockOwnerDeletion })),
    },
  });
  const create = ({ client }: Connection, object: KubeObject, resource: Resource = configMaps) => client.create(resource, object);
  const start = async () => {
    const connection = await connect();
    const namespace = await connection.namespace();
    const owner = await create(connection, { metadata: { namespace, name: 'owner' } });
    return { ...connection, connection, namespace, owner };
  };

  function gone(connection: Connection, resource: Resource, address: { namespace?: string; name: string }): Promise<boolean> {
    return until(connection, () => connection.client.get(resource, address).then(() => false, () => true));
  }

  test('what a deleted object owned is deleted in the background, and what that owned', async () => {
    const { connection, client, namespace, owner } = await start();
    const child = await create(connection, owned(namespace, 'child', [owner]));
    await create(connection, owned(namespace, 'grandchild', [child]), secrets);
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Background' });
    expect(await gone(connection, configMaps, { namespace, name: 'child' })).toBe(true);
    expect(await gone(connection, secrets, { namespace, name: 'grandchild' })).toBe(true);
  });

  test('what has another owner stays, without the reference to the one that went', async () => {
    const { connection, client, namespace, owner } = await start();
    const other = await create(connection, { metadata: { namespace, name: 'other' } });
    await create(connection, owned(namespace, 'shared', [owner, other]));
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Background' });
    const ownersOf = async () => (await client.get(configMaps, { namespace, name: 'shared' })).metadata.ownerReferences?.map(({ name }) => name);
    expect(await until(connection, async () => (await ownersOf())?.join() === 'other')).toBe(true);
  });

  test('what names an owner that never existed is deleted', async () => {
    const { connection, namespace } = await start();
    await create(connection, owned(namespace, 'lost', [{ metadata: { name: 'owner', uid: '00000000-0000-0000-0000-000000000000' } }]));
    expect(await gone(connection, configMaps, { namespace, name: 'lost' })).toBe(true);
  });

  test('an orphaning deletion waits for a finalizer like any other', async () => {
    const { connection, client, namespace } = await start();
    const held = await create(connection, { metadata: { namespace, name: 'held', finalizers: ['taskwright.dev/hold'] } });
    await create(connection, owned(namespace, 'child', [held]));
    await client.delete(configMaps, { namespace, name: 'held' }, { propagationPolicy: 'Orphan' });
    const orphaned = await until(connection, async () => (await client.get(configMaps, { namespace, name: 'held' })).metadata.finalizers?.join() === 'taskwright.dev/hold');
    expect(orphaned).toBe(true);
    expect((await client.get(configMaps, { namespace, name: 'child' })).metadata.ownerReferences ?? []).toEqual([]);
    await client.patchMerge(configMaps, { namespace, name: 'held' }, { metadata: { finalizers: null } });
    expect(await gone(connection, configMaps, { namespace, name: 'held' })).toBe(true);
  });

  test('a foreground deletion does not wait for what does not block it', async () => {
    const { connection, client, namespace, owner } = await start();
    const free = owned(namespace, 'free', [owner], false);
    await create(connection, { ...free, metadata: { ...free.metadata, finalizers: ['taskwright.dev/hold'] } });
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Foreground' });
    expect(await gone(connection, configMaps, { namespace, name: 'owner' })).toBe(true);
    await client.patchMerge(configMaps, { namespace, name: 'free' }, { metadata: { finalizers: null } });
    expect(await gone(connection, configMaps, { namespace, name: 'free' })).toBe(true);
  });

  test('an owner of the same name with another uid owns nothing', async () => {
    const { connection, client, namespace, owner } = await start();
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Background' });
    await create(connection, { metadata: { namespace, name: 'owner' } });
    await create(connection, owned(namespace, 'child', [owner]));
    expect(await gone(connection, configMaps, { namespace, name: 'child' })).toBe(true);
    expect((await client.get(configMaps, { namespace, name: 'owner' })).metadata.uid).not.toBe(owner.metadata.uid);
  });

  test('an orphaning deletion leaves the dependents without an owner', async () => {
    const { connection, client, namespace, owner } = await start();
    await create(connection, owned(namespace, 'child', [owner]));
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Orphan' });
    expect(await gone(connection, configMaps, { namespace, name: 'owner' })).toBe(true);
    expect((await client.get(configMaps, { namespace, name: 'child' })).metadata.ownerReferences ?? []).toEqual([]);
  });

  test('a foreground deletion keeps the owner until what blocks it is gone', async () => {
    const { connection, client, namespace, owner, advance } = await start();
    await create(connection, { ...owned(namespace, 'child', [owner]), metadata: { ...owned(namespace, 'child', [owner]).metadata, finalizers: ['taskwright.dev/hold'] } });
    await client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Foreground' });
    await advance?.(1_000);
    expect((await client.get(configMaps, { namespace, name: 'owner' })).metadata.finalizers).toEqual(['foregroundDeletion']);
    await client.patchMerge(configMaps, { namespace, name: 'child' }, { metadata: { finalizers: null } });
    expect(await gone(connection, configMaps, { namespace, name: 'owner' })).toBe(true);
  });

  test('a deleted namespace takes its content with it, and takes nothing new meanwhile', async () => {
    const { connection, client, namespace } = await start();
    await create(connection, { metadata: { namespace, name: 'held', finalizers: ['taskwright.dev/hold'] } });
    expect(await client.delete(namespaces, { name: namespace })).toMatchObject({ status: { phase: 'Terminating' } });
    expect(await gone(connection, configMaps, { namespace, name: 'owner' })).toBe(true);
    const late = await refusal(create(connection, { metadata: { namespace, name: 'late' } }));
    expect(late).toMatchObject({ code: 403, reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } });
    await client.patchMerge(configMaps, { namespace, name: 'held' }, { metadata: { finalizers: null } });
    expect(await gone(connection, namespaces, { name: namespace })).toBe(true);
  });
}
