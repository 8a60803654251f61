import { expect, test } from 'vitest';
import { configMaps, refusal, type Connect } from './connection.ts';

export function listContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    const namespace = await connection.namespace();
    for (const [name, labels] of Object.entries<Record<string, string>>({ a: { tier: 'web' }, b: { tier: 'db' }, c: {} })) {
      await connection.client.create(configMaps, { metadata: { namespace, name, labels: { suite: 'list', ...labels } } });
    }
    const names = async (labelSelector: string) => {
      const { items } = await connection.client.list(configMaps, { namespace, labelSelector: `suite=list,${labelSelector}` });
      return items.map(({ metadata }) => metadata.name).join('');
    };
    return { ...connection, namespace, names };
  };

  test('label selectors choose as Kubernetes reads them', async () => {
    const { names } = await start();
    expect(await names('tier=web')).toBe('a');
    expect(await names('tier==web')).toBe('a');
    expect(await names('tier!=web')).toBe('bc');
    expect(await names('tier in (web,db)')).toBe('ab');
    expect(await names('tier notin (web)')).toBe('bc');
    expect(await names('tier')).toBe('ab');
    expect(await names('!tier')).toBe('c');
  });

  test.each([
    ['tier in (web)', 'a'],
    ['tier in (web, db, other)', 'ab'],
    ['tier notin (web,db)', 'c'],
    ['tier,tier!=db', 'a'],
    ['tier=web,tier=db', ''],
    ['!other', 'abc'],
    ['other', ''],
    ['tier=', ''],
    ['tier in ()', ''],
    [' tier  =  web ', 'a'],
  ])('"%s" selects "%s"', async (selector, expected) => {
    const { names } = await start();
    expect(await names(selector)).toBe(expected);
  });

  test.each([
    ['labelSelector', 'a in web'],
    ['labelSelector', 'a in (web'],
    ['labelSelector', '=a'],
    ['labelSelector', '-a=b'],
    ['labelSelector', 'a=-b'],
    ['labelSelector', `${'a'.repeat(64)}=b`],
    ['fieldSelector', 'metadata.labels=a'],
    ['fieldSelector', 'metadata.name'],
  ])('%s "%s" is 400', async (name, selector) => {
    const { client, namespace } = await start();
    expect(await refusal(client.list(configMaps, { namespace, [name]: selector }))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test.each([
    ['metadata.name=a', 'a'],
    ['metadata.name!=a', 'bc'],
    ['metadata.name==b', 'b'],
    ['metadata.name=a,metadata.name=b', ''],
    ['', 'abc'],
  ])('the field selector "%s" selects "%s"', async (fieldSelector, expected) => {
    const { client, namespace } = await start();
    const { items } = await client.list(configMaps, { namespace, labelSelector: 'suite=list', fieldSelector });
    expect(items.map(({ metadata }) => metadata.name).join('')).toBe(expected);
  });

  test('a page says how many are left, unless a selector makes that unknown', async () => {
    const { client, namespace } = await start();
    const whole = await client.list(configMaps, { namespace, limit: 1 });
    expect(whole.metadata.remainingItemCount).toBeGreaterThanOrEqual(2);
    const selected = await client.list(configMaps, { namespace, labelSelector: 'suite=list', limit: 1 });
    expect([selected.metadata.remainingItemCount, selected.metadata.continue === undefined]).toEqual([undefined, false]);
  });

  test.each([
    ['a version that is no number', 'resourceVersion=abc', 400],
    ['a match without a version', 'resourceVersionMatch=Exact', 422],
    ['an unknown match', 'resourceVersion=1&resourceVersionMatch=About', 422],
    ['an exact version 0', 'resourceVersion=0&resourceVersionMatch=Exact', 422],
    ['a limit that is no number', 'limit=many', 400],
  ])('%s is refused', async (_, query, code) => {
    const { client, namespace } = await start();
    expect(await refusal(client.send({ method: 'GET', path: `/api/v1/namespaces/${namespace}/configmaps?${query}` }))).toMatchObject({ code });
  });

  test('a selector that cannot be read is 400', async () => {
    const { client, namespace } = await start();
    expect(await refusal(client.list(configMaps, { namespace, labelSelector: 'a=b=c' }))).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(await refusal(client.list(configMaps, { namespace, fieldSelector: 'data.a=b' }))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test('pages show the collection as it was when the first was read', async () => {
    const { client, namespace } = await start();
    const selection = { namespace, labelSelector: 'suite=list', limit: 2 };
    const first = await client.list(configMaps, selection);
    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    await client.delete(configMaps, { namespace, name: 'c' });
    await client.create(configMaps, { metadata: { namespace, name: 'd', labels: { suite: 'list' } } });
    const second = await client.list(configMaps, { ...selection, continue: first.metadata.continue! });
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect(second.metadata.continue).toBeUndefined();
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('a continue token that is none is 400', async () => {
    const { client, namespace } = await start();
    expect(await refusal(client.list(configMaps, { namespace, limit: 1, continue: 'nonsense' }))).toMatchObject({ code: 400 });
  });

  test('a list at an exact revision shows that revision', async () => {
    const { client, namespace } = await start();
    const selection = { namespace, labelSelector: 'suite=list' };
    const { metadata: { resourceVersion } } = await client.list(configMaps, selection);
    await client.delete(configMaps, { namespace, name: 'a' });
    const before = await client.list(configMaps, { ...selection, resourceVersion: resourceVersion!, resourceVersionMatch: 'Exact' });
    expect(before.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect((await client.list(configMaps, selection)).items).toHaveLength(2);
  });

  test('a revision from the future is 504 with the cause ResourceVersionTooLarge', async () => {
    const { client, namespace } = await start();
    const future = client.list(configMaps, { namespace, resourceVersion: '999999999', resourceVersionMatch: 'NotOlderThan' });
    expect(await refusal(future)).toMatchObject({ code: 504, reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 } });
  });
}
