import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMaps, refusal, type Connect, type Connection } from './connection.ts';
import { aWidget, defineWidgets, widgets } from './widget.ts';

interface Seen { type: string; object: KubeObject & { code?: number; reason?: string; message?: string } }

/** More changes than the embedded server of this suite remembers. */
const ENOUGH_TO_FORGET = 250;

/** Reads events until there are `count` of them. */
async function watch({ client }: Connection, options: Parameters<Connection['client']['watch']>[1], count: number, resource = configMaps): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const event of client.watch(resource, options)) {
    seen.push(event as unknown as Seen);
    if (seen.length === count) break;
  }
  return seen;
}

const brief = (events: Seen[]) => events.map(({ type, object }) => `${type} ${object.metadata?.name}`);

export function watchContract(connect: Connect): void {
  const configMap = (namespace: string, name: string, labels: Record<string, string> = {}) => ({ metadata: { namespace, name, labels } });

  test('a watch from a resourceVersion sees every later change once and in order', async () => {
    const connection = await connect();
    const { client } = connection;
    const namespace = await connection.namespace();
    const { metadata: { resourceVersion } } = await client.list(configMaps, { namespace });
    await client.create(configMaps, configMap(namespace, 'one'));
    await client.patchMerge(configMaps, { namespace, name: 'one' }, { data: { a: '1' } });
    await client.delete(configMaps, { namespace, name: 'one' });
    const events = await watch(connection, { namespace, resourceVersion, fieldSelector: 'metadata.name=one' }, 3);
    expect(brief(events)).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one']);
    const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(3);
  });

  test('an object that leaves the selector is DELETED, with the state it was last seen in, and ADDED when it returns', async () => {
    const connection = await connect();
    const { client } = connection;
    const namespace = await connection.namespace();
    const { metadata: { resourceVersion } } = await client.list(configMaps, { namespace });
    const label = (value: string) => client.patchMerge(configMaps, { namespace, name: 'one' }, { metadata: { labels: { state: value } } });
    await client.create(configMaps, configMap(namespace, 'one', { state: 'on' }));
    await label('off');
    await label('still-off');
    await label('on');
    const events = await watch(connection, { namespace, resourceVersion, labelSelector: 'state=on' }, 3);
    expect(events.map(({ type, object }) => `${type} ${object.metadata.labels?.state}`)).toEqual(['ADDED on', 'DELETED on', 'ADDED on']);
  });

  test('sendInitialEvents begins with what exists and marks its end with a bookmark', async () => {
    const connection = await connect();
    const { client } = connection;
    const namespace = await connection.namespace();
    for (const name of ['a', 'b']) await client.create(configMaps, configMap(namespace, name, { own: 'yes' }));
    const options = { namespace, labelSelector: 'own=yes', sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true } as const;
    const events = await watch(connection, options, 3);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
    expect(events[2]!.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('sendInitialEvents without resourceVersionMatch is 422', async () => {
    const { client, namespace } = await connect();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`;
    expect(await refusal(client.send({ method: 'GET', path }))).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  test('a watch from too old a revision is answered 200 with an ERROR event of code 410', async () => {
    const connection = await connect();
    const { client } = connection;
    // A real server remembers a kind of ours from the moment it was defined, a built-in one from its own start.
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    await client.create(widgets, aWidget(namespace));
    for (let count = 0; count < ENOUGH_TO_FORGET; count++) await client.patchMerge(widgets, { namespace, name: 'one' }, { spec: { labels: { count: String(count) } } });
    const [event] = await watch(connection, { namespace, resourceVersion: '1' }, 1, widgets);
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410 } });
    expect(event!.object.message).toMatch(/^too old resource version: 1 \(\d+\)$/);
  });

  test('timeoutSeconds ends a watch', async () => {
    const { transport, namespace, advance } = await connect();
    const { body } = await transport.stream({ method: 'GET', path: `/api/v1/namespaces/${await namespace()}/secrets?watch=true&timeoutSeconds=1` });
    const read = (async () => {
      for await (const _ of body);
      return 'ended';
    })();
    await advance?.(1_000);
    expect(await read).toBe('ended');
  });
}
