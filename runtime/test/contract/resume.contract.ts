import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import type { WatchEvent, WatchOptions } from '../../src/kube/watch.ts';
import { configMaps, pods, refusal, secrets, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets } from './widget.ts';

/** A watch that ends is taken up where it ended: nothing is lost, nothing is told twice. */
export function resumeContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    const namespace = await connection.namespace();
    const { client } = connection;
    const create = (name: string, labels: Record<string, string> = {}) => client.create(configMaps, { metadata: { namespace, name, labels: { suite: 'resume', ...labels } } });
    const patch = (name: string, data: Record<string, string>) => client.patchMerge(configMaps, { namespace, name }, { data });
    const listed = async () => (await client.list(configMaps, { namespace, labelSelector: 'suite=resume' })).metadata.resourceVersion!;
    const watch = async (options: WatchOptions, count: number) => {
      const seen: WatchEvent[] = [];
      for await (const event of client.watch(configMaps, { namespace, labelSelector: 'suite=resume', ...options })) {
        seen.push(event);
        if (seen.length === count) break;
      }
      return seen;
    };
    return { ...connection, namespace, create, patch, listed, watch };
  };
  const brief = (events: WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  const all = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } as const;

  test('from the version of the last event, what follows it', async () => {
    const { create, patch, listed, watch } = await start();
    const resourceVersion = await listed();
    await create('a');
    await create('b');
    const [first] = await watch({ resourceVersion }, 1);
    await patch('a', { x: '1' });
    expect(brief([first!])).toEqual(['ADDED a']);
    expect(brief(await watch({ resourceVersion: first!.object.metadata.resourceVersion }, 2))).toEqual(['ADDED b', 'MODIFIED a']);
  });

  test('from the version of a write, nothing of that write', async () => {
    const { create, patch, watch } = await start();
    await create('a');
    const { metadata } = await patch('a', { x: '1' });
    await patch('a', { x: '2' });
    const [event] = await watch({ resourceVersion: metadata.resourceVersion }, 1);
    expect(event).toMatchObject({ type: 'MODIFIED', object: { data: { x: '2' } } });
  });

  test('from the version of a list, nothing that the list has', async () => {
    const { create, listed, watch } = await start();
    await create('a');
    const resourceVersion = await listed();
    await create('b');
    expect(brief(await watch({ resourceVersion }, 1))).toEqual(['ADDED b']);
  });

  test('from the version of the bookmark that ends the beginning, nothing of the beginning', async () => {
    const { create, watch } = await start();
    await create('a');
    const [, bookmark] = await watch(all, 2);
    await create('b');
    expect(bookmark!.type).toBe('BOOKMARK');
    expect(brief(await watch({ resourceVersion: bookmark!.object.metadata.resourceVersion }, 1))).toEqual(['ADDED b']);
  });

  test('from the version of a deletion, nothing of the deleted object', async () => {
    const { client, namespace, create, listed, watch } = await start();
    await create('a');
    const resourceVersion = await listed();
    await client.delete(configMaps, { namespace, name: 'a' });
    const [deleted] = await watch({ resourceVersion }, 1);
    await create('a');
    expect(brief([deleted!, ...await watch({ resourceVersion: deleted!.object.metadata.resourceVersion }, 1)])).toEqual(['DELETED a', 'ADDED a']);
  });

  test('a watch without a version begins with what there is', async () => {
    const { create, watch } = await start();
    await create('a');
    await create('b');
    expect(brief(await watch({}, 2)).sort()).toEqual(['ADDED a', 'ADDED b']);
  });

  test('a watch from version 0 begins with what there is', async () => {
    const { create, watch } = await start();
    await create('a');
    expect(brief(await watch({ resourceVersion: '0' }, 1))).toEqual(['ADDED a']);
  });

  test('the beginning of an empty collection is its bookmark alone', async () => {
    const { watch } = await start();
    const [event] = await watch(all, 1);
    expect(event).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
  });

  test('the beginning at a version is not older than it', async () => {
    const { create, patch, watch } = await start();
    await create('a');
    const { metadata } = await patch('a', { x: '1' });
    const [event, bookmark] = await watch({ ...all, resourceVersion: metadata.resourceVersion }, 2);
    expect(event).toMatchObject({ type: 'ADDED', object: { data: { x: '1' } } });
    expect(Number(bookmark!.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
  });

  test('a watch of one object by its name sees only that', async () => {
    const { create, listed, watch } = await start();
    const resourceVersion = await listed();
    await create('a');
    await create('b');
    await create('a-2');
    expect(brief(await watch({ resourceVersion, fieldSelector: 'metadata.name=b' }, 1))).toEqual(['ADDED b']);
  });

  test('a watch of all namespaces sees each of them', async () => {
    const { client, ...connection } = await connect();
    const [one, two] = [await connection.namespace(), await connection.namespace()];
    const { metadata: { resourceVersion } } = await client.list(secrets, {});
    for (const namespace of [one, two]) await client.create(secrets, { metadata: { namespace, name: 'seen', labels: { everywhere: one } } });
    const seen: string[] = [];
    for await (const { object } of client.watch(secrets, { labelSelector: `everywhere=${one}`, resourceVersion })) {
      seen.push(object.metadata.namespace!);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([one, two]);
  });

  test('a field that is selected by comes and goes like a label', async () => {
    const { client, namespace } = await start();
    const { metadata: { resourceVersion } } = await client.list(pods, { namespace });
    await client.create(pods, { metadata: { namespace, name: 'one' }, spec: { containers: [{ name: 'main', image: 'x' }], nodeSelector: { 'taskwright.dev/no-such': 'node' } } } as KubeObject);
    await client.patchMerge(pods, { namespace, name: 'one', subresource: 'status' }, { status: { phase: 'Running' } });
    await client.patchMerge(pods, { namespace, name: 'one', subresource: 'status' }, { status: { phase: 'Failed' } });
    const seen: string[] = [];
    for await (const { type } of client.watch(pods, { namespace, fieldSelector: 'status.phase=Running', resourceVersion })) {
      // The scheduler of a real cluster writes to it meanwhile.
      if (type !== 'MODIFIED') seen.push(type);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['ADDED', 'DELETED']);
  });

  test('a custom resource is watched by its selectable field', async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const { client } = connection;
    const namespace = await connection.namespace();
    const { metadata: { resourceVersion } } = await client.list(widgets, { namespace });
    await client.create(widgets, aWidget(namespace));
    await client.patchMerge(widgets, { namespace, name: 'one' }, { spec: { color: 'green' } });
    await client.patchMerge(widgets, { namespace, name: 'one' }, { spec: { color: 'red' } });
    const seen: string[] = [];
    for await (const { type } of client.watch(widgets, { namespace, fieldSelector: 'spec.color=green', resourceVersion })) {
      seen.push(type);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['ADDED', 'DELETED']);
  });

  test('a version that is no number is refused', async () => {
    const { client, namespace } = await start();
    const path = `/api/v1/namespaces/${namespace}/configmaps?watch=true&timeoutSeconds=1&resourceVersion=abc`;
    const { code, message } = await refusal(client.send({ method: 'GET', path }));
    // 400 by the embedded server: it keeps 500 for its own mistakes.
    expect([code, message]).toEqual([expect.toBeOneOf([400, 500]), 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax']);
  });

  test.each([
    ['a selector that cannot be read', 'labelSelector=a%3Db%3Dc', 400],
    ['a field that cannot be selected by', 'fieldSelector=data.a%3Db', 400],
    ['a match without a beginning', 'resourceVersion=1&resourceVersionMatch=NotOlderThan', 422],
    ['a beginning that is an exact version', 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=Exact&resourceVersion=1', 422],
  ])('%s is refused', async (_, query, code) => {
    const { client, namespace } = await start();
    const path = `/api/v1/namespaces/${namespace}/configmaps?watch=true&timeoutSeconds=1&${query}`;
    expect(await refusal(client.send({ method: 'GET', path }))).toMatchObject({ code });
  });
}
