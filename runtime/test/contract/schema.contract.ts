import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { definitions, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from './widget.ts';

export function schemaContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    const create = (fields: Record<string, unknown>, options: Parameters<typeof connection.client.create>[2] = {}) => (
      connection.client.create<Widget>(widgets, aWidget(namespace, fields), options));
    return { ...connection, anotherNamespace: connection.namespace, namespace, create, address: { namespace, name: 'one' } };
  };

  test('defaults are filled in where the object that has the field is there', async () => {
    const { create } = await start();
    expect((await create({ parts: [{ name: 'a' }] })).spec).toEqual({ size: 3, color: 'red', parts: [{ name: 'a', weight: 1 }] });
  });

  test('an empty object gets the defaults of its fields', async () => {
    const { create } = await start();
    expect((await create({ notes: {} })).spec).toMatchObject({ notes: { text: 'none' } });
  });

  test('a null is dropped where null is not allowed, and its default takes its place', async () => {
    const { create } = await start();
    expect((await create({ color: null, name: null, nothing: null })).spec).toEqual({ size: 3, color: 'red', nothing: null });
  });

  test('unknown fields are pruned, except where they are preserved', async () => {
    const { create } = await start();
    expect((await create({ unknown: 1, free: { any: { thing: true } }, parts: [{ name: 'a', other: 1 }] })).spec)
      .toEqual({ size: 3, color: 'red', free: { any: { thing: true } }, parts: [{ name: 'a', weight: 1 }] });
  });

  test('fieldValidation Strict refuses unknown fields, Warn tells of them', async () => {
    const { create, transport, namespace } = await start();
    const strict = await refusal(create({ unknown: 1 }, { fieldValidation: 'Strict' }));
    expect(strict).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(strict.message).toContain('strict decoding error: unknown field "spec.unknown"');
    const { status, headers } = await transport.request({
      method: 'POST', path: `/apis/${widgets.group}/v1/namespaces/${namespace}/widgets?fieldValidation=Warn`, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: `${widgets.group}/v1`, kind: 'Widget', ...aWidget(namespace, { unknown: 1 }) }),
    });
    expect([status, headers.warning]).toEqual([201, '299 - "unknown field \\"spec.unknown\\""']);
  });

  test.each([
    ['a missing required field', { size: undefined }, 'FieldValueRequired', 'spec.size', 'Required value'],
    ['a value below the minimum', { size: 0 }, 'FieldValueInvalid', 'spec.size', 'spec.size in body should be greater than or equal to 1'],
    ['a value above the maximum', { size: 11 }, 'FieldValueInvalid', 'spec.size', 'spec.size in body should be less than or equal to 10'],
    ['a wrong type', { size: 'big' }, 'FieldValueTypeInvalid', 'spec.size', 'spec.size in body must be of type integer: "string"'],
    ['a value outside the enum', { color: 'blue' }, 'FieldValueNotSupported', 'spec.color', 'Unsupported value: "blue": supported values: "red", "green"'],
    ['text against the pattern', { name: 'A1' }, 'FieldValueInvalid', 'spec.name', `spec.name in body should match '^[a-z]+$'`],
    ['text that is too short', { name: 'a' }, 'FieldValueInvalid', 'spec.name', 'spec.name in body should be at least 2 chars long'],
    ['text that is too long', { name: 'abcdef' }, 'FieldValueTooLong', 'spec.name', 'Too long: may not be more than 5 bytes'],
    ['too many items', { steps: ['a', 'b', 'c', 'd'] }, 'FieldValueTooMany', 'spec.steps', 'Too many: 4: must have at most 3 items'],
    ['a key twice in a map list', { parts: [{ name: 'a' }, { name: 'a' }] }, 'FieldValueDuplicate', 'spec.parts[1]', 'Duplicate value: {"name":"a"}'],
    ['an item twice in a set', { tags: ['a', 'a'] }, 'FieldValueDuplicate', 'spec.tags[1]', 'Duplicate value: "a"'],
    ['a value that is neither int nor string', { port: true }, 'FieldValueTypeInvalid', 'spec.port', 'must be of type'],
    ['a broken rule', { size: 1, labels: { a: '', b: '' } }, 'FieldValueInvalid', 'spec', 'no more labels than size'],
  ])('%s is 422 with its cause', async (_, fields, reason, field, message) => {
    const { create } = await start();
    const status = await refusal(create(fields));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status.details?.causes).toContainEqual({ reason, field, message: expect.stringContaining(message) as string });
  });

  test.each([
    ['a wrong type', { name: 1 }, false],
    ['a value outside the enum', { color: 'blue' }, false],
    ['text that is too long', { name: 'abcdef' }, false],
    ['too many items', { steps: ['a', 'b', 'c', 'd'] }, false],
    ['a missing required field', { parts: [{}] }, false],
    ['text that is too short', { name: 'a' }, true],
    ['text against the pattern', { name: 'A1' }, true],
    ['a key twice in a map list', { parts: [{ name: 'a' }, { name: 'a' }] }, true],
  ])('beside %s a rule is asked: %o %s', async (_, mistake, isAsked) => {
    const { create } = await start();
    const { details } = await refusal(create({ size: 1, labels: { a: '', b: '' }, ...mistake }));
    const messages = details?.causes?.map(({ message }) => message) ?? [];
    expect(messages.some((message) => message?.includes('no more labels than size'))).toBe(isAsked);
    expect(messages.some((message) => message?.includes('some validation rules were not checked'))).toBe(!isAsked);
  });

  test('every mistake is told at once', async () => {
    const { create } = await start();
    const { message, details } = await refusal(create({ size: 0, color: 'blue' }));
    expect(details?.causes?.map(({ field }) => field)).toEqual(expect.arrayContaining(['spec.size', 'spec.color']));
    expect(message).toMatch(/^Widget\.contract\.taskwright\.dev "one" is invalid: \[/);
  });

  test('a rule over oldSelf is asked on updates only', async () => {
    const { client, create, address } = await start();
    await create({ frozen: 'a' });
    const status = await refusal(client.patchMerge(widgets, address, { spec: { frozen: 'b' } }));
    expect(status).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.frozen', reason: 'FieldValueInvalid' }] } });
    expect(status.message).toContain('frozen cannot change');
    await client.patchMerge(widgets, address, { spec: { size: 5 } });
  });

  test('without a resourceVersion a PUT of a custom resource is 422', async () => {
    const { client, create, namespace } = await start();
    await create({});
    expect(await refusal(client.replace(widgets, aWidget(namespace)))).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.resourceVersion' }] } });
  });

  test('strategic merge of a custom resource is 415', async () => {
    const { client, create, address } = await start();
    await create({});
    expect(await refusal(client.patchStrategic(widgets, address, { spec: { size: 4 } }))).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  test('generation counts changes of the spec, not of metadata or status', async () => {
    const { client, create, address } = await start();
    expect((await create({})).metadata.generation).toBe(1);
    expect((await client.patchMerge(widgets, address, { metadata: { labels: { a: 'b' } } })).metadata.generation).toBe(1);
    expect((await client.patchMerge(widgets, { ...address, subresource: 'status' }, { status: { ready: true } })).metadata.generation).toBe(1);
    expect((await client.patchMerge(widgets, address, { spec: { size: 5 } })).metadata.generation).toBe(2);
  });

  test('a selectable field selects, any other is 400', async () => {
    const { client, create, namespace } = await start();
    await create({ color: 'green' });
    expect((await client.list(widgets, { namespace, fieldSelector: 'spec.color=green' })).items).toHaveLength(1);
    expect((await client.list(widgets, { namespace, fieldSelector: 'spec.color=red' })).items).toHaveLength(0);
    expect(await refusal(client.list(widgets, { namespace, fieldSelector: 'spec.size=3' }))).toMatchObject({ code: 400 });
  });

  test('the objects of a kind go with its definition', async () => {
    const { create, client, namespace, ...connection } = await start();
    await create({});
    await client.delete(definitions, { name: `widgets.${widgets.group}` });
    while ((await connection.transport.request({ method: 'GET', path: `/apis/${widgets.group}/v1/namespaces/${namespace}/widgets` })).status !== 404);
    await defineWidgets({ ...connection, client, namespace: connection.anotherNamespace });
    expect((await client.list(widgets, { namespace })).items).toEqual([]);
  });

  test('a definition with a pattern or a rule that does not compile is 422', async () => {
    const { client } = await start();
    const schema = { type: 'object', properties: { spec: { 'type': 'string', 'pattern': '(', 'x-kubernetes-validations': [{ rule: 'self ==' }] } } };
    const definition = {
      metadata: { name: `gadgets.${widgets.group}` },
      spec: {
        group: widgets.group, scope: 'Namespaced', names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    };
    const status = await refusal(client.create(definitions, definition as KubeObject));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  test('a table has the printer columns', async () => {
    const { create, transport, namespace } = await start();
    await create({});
    const { body } = await transport.request({
      method: 'GET', path: `/apis/${widgets.group}/v1/namespaces/${namespace}/widgets`, headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    });
    const table = JSON.parse(body.toString()) as { kind: string; columnDefinitions: { name: string; priority: number }[]; rows: { cells: unknown[] }[] };
    expect(table.kind).toBe('Table');
    expect(table.columnDefinitions.map(({ name, priority }) => [name, priority])).toEqual([['Name', 0], ['Size', 0], ['Color', 1]]);
    expect(table.rows[0]!.cells).toEqual(['one', 3, 'red']);
  });
}
