import { expect, test } from 'vitest';
import { configMaps, refusal, type Connect } from './connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from './widget.ts';

interface ManagedFields { manager: string; operation: string; apiVersion: string; subresource?: string; fieldsV1: Record<string, unknown> }

/** Who owns which field, after appliers and editors have met on one object. */
export function ownershipContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    await defineWidgets(connection);
    const namespace = await connection.namespace();
    const { client } = connection;
    const address = { namespace, name: 'one' };
    const apply = (fieldManager: string, spec: Record<string, unknown>, force = false) => client.apply<Widget>(widgets, { metadata: address, spec } as Widget, { fieldManager, force });
    const edit = (fieldManager: string, spec: Record<string, unknown>) => client.patchMerge<Widget>(widgets, address, { spec }, { fieldManager });
    return { ...connection, namespace, address, apply, edit };
  };
  const ownersOf = ({ metadata }: Widget) => (metadata.managedFields as ManagedFields[]).map(({ manager, operation }) => `${operation} ${manager}`);
  const fieldsOf = ({ metadata }: Widget, manager: string) => (metadata.managedFields as ManagedFields[]).find((entry) => entry.manager === manager)?.fieldsV1;
  const conflictsOf = async (call: Promise<unknown>) => (await refusal(call)).details?.causes?.map(({ field }) => field);

  test('every field in conflict is named, by its owner', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, name: 'abc', labels: { a: '1' } });
    const status = await refusal(apply('two', { size: 4, name: 'xyz', labels: { a: '2' } }));
    expect(status.details?.causes?.map(({ field }) => field).sort()).toEqual(['.spec.labels.a', '.spec.name', '.spec.size']);
    expect(status.message).toMatch(/^Apply failed with 3 conflicts: conflicts with "one":/);
  });

  test('a conflict with an editor says in which version', async () => {
    const { apply, edit, namespace, client } = await start();
    await client.create(widgets, aWidget(namespace), { fieldManager: 'creator' });
    await edit('editor', { size: 4 });
    const status = await refusal(apply('one', { size: 5 }));
    expect(status.message).toMatch(/^Apply failed with 1 conflict: conflict with "editor" using contract\.taskwright\.dev\/v1: \.spec\.size$/);
  });

  test('an item of a keyed list is in conflict by its key and field', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, parts: [{ name: 'a', note: 'x' }] });
    expect(await conflictsOf(apply('two', { parts: [{ name: 'a', note: 'y' }] }))).toEqual(['.spec.parts[name="a"].note']);
  });

  test('another field of the same item is no conflict', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, parts: [{ name: 'a', note: 'x' }] });
    expect((await apply('two', { parts: [{ name: 'a', weight: 5 }] })).spec?.parts).toEqual([{ name: 'a', note: 'x', weight: 5 }]);
  });

  test('an item is gone when its last owner gives it up', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, parts: [{ name: 'a' }, { name: 'b' }] });
    await apply('two', { parts: [{ name: 'a' }] });
    expect((await apply('one', { size: 3, parts: [] })).spec?.parts).toEqual([{ name: 'a', weight: 1 }]);
    expect((await apply('two', { parts: [] })).spec).not.toHaveProperty('parts');
  });

  test('members of a set are added by each and removed by the last', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, tags: ['a', 'b'] });
    expect((await apply('two', { tags: ['b', 'c'] })).spec?.tags).toEqual(['a', 'b', 'c']);
    expect((await apply('one', { size: 3, tags: [] })).spec?.tags).toEqual(['b', 'c']);
  });

  test('a plain list belongs to one as a whole', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, steps: ['a'] });
    expect(await conflictsOf(apply('two', { steps: ['a', 'b'] }))).toEqual(['.spec.steps']);
    expect((await apply('two', { steps: ['a', 'b'] }, true)).spec?.steps).toEqual(['a', 'b']);
  });

  test('two share a map, each its keys', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, labels: { a: '1', b: '1' } });
    await apply('two', { labels: { c: '1' } });
    expect((await apply('one', { size: 3, labels: { a: '1' } })).spec?.labels).toEqual({ a: '1', c: '1' });
  });

  test('a default belongs to nobody, so anybody may set it', async () => {
    const { apply } = await start();
    const first = await apply('one', { size: 3 });
    expect([first.spec?.color, fieldsOf(first, 'one')]).toEqual(['red', { 'f:spec': { 'f:size': {} } }]);
    expect((await apply('two', { color: 'green' })).spec?.color).toBe('green');
  });

  test('a field that is given up falls back to its default', async () => {
    const { apply } = await start();
    await apply('one', { size: 3, color: 'green' });
    expect((await apply('one', { size: 3 })).spec?.color).toBe('red');
  });

  test('a value that two agree on is nobody\'s conflict until one changes it', async () => {
    const { apply } = await start();
    await apply('one', { size: 3 });
    await apply('two', { size: 3 });
    expect(await conflictsOf(apply('two', { size: 4 }))).toEqual(['.spec.size']);
  });

  test('an editor takes what it changes, and nothing else', async () => {
    const { apply, edit } = await start();
    await apply('one', { size: 3, name: 'abc' });
    const edited = await edit('editor', { size: 4, name: 'abc' });
    expect(ownersOf(edited)).toEqual(['Apply one', 'Update editor']);
    expect([fieldsOf(edited, 'one'), fieldsOf(edited, 'editor')]).toEqual([{ 'f:spec': { 'f:name': {} } }, { 'f:spec': { 'f:size': {} } }]);
  });

  test('what an editor removed is nobody\'s', async () => {
    const { apply, edit } = await start();
    await apply('one', { size: 3, name: 'abc' });
    const edited = await edit('editor', { name: null });
    expect(fieldsOf(edited, 'one')).toEqual({ 'f:spec': { 'f:size': {} } });
    expect((await apply('two', { name: 'xyz' })).spec?.name).toBe('xyz');
  });

  test('an apply by the name of an editor is another owner', async () => {
    const { client, namespace, apply } = await start();
    await client.create(widgets, aWidget(namespace), { fieldManager: 'same' });
    expect(ownersOf(await apply('same', { size: 3 }))).toEqual(['Apply same', 'Update same']);
    expect(await conflictsOf(apply('same', { size: 4 }))).toEqual(['.spec.size']);
  });

  test('an owner that applies nothing any more is forgotten', async () => {
    const { apply } = await start();
    await apply('one', { size: 3 });
    await apply('two', { name: 'abc' });
    const applied = await apply('two', {});
    expect([ownersOf(applied), applied.spec]).toEqual([['Apply one', 'Apply two'], { size: 3, color: 'red' }]);
  });

  test('labels and annotations are owned key by key', async () => {
    const { client, namespace } = await start();
    const apply = (fieldManager: string, labels: Record<string, string>) => client.apply(configMaps, { metadata: { namespace, name: 'one', labels } }, { fieldManager });
    await apply('one', { a: '1', b: '1' });
    await apply('two', { c: '1' });
    expect((await apply('one', { a: '1' })).metadata.labels).toEqual({ a: '1', c: '1' });
    expect(await conflictsOf(apply('two', { a: '2', c: '1' }))).toEqual(['.metadata.labels.a']);
  });

  test('finalizers are a set of which each owns its own', async () => {
    const { client, namespace, address } = await start();
    const apply = (fieldManager: string, finalizers: string[]) => client.apply(configMaps, { metadata: { namespace, name: 'one', finalizers } }, { fieldManager });
    await apply('one', ['taskwright.dev/a']);
    expect((await apply('two', ['taskwright.dev/b'])).metadata.finalizers).toEqual(['taskwright.dev/a', 'taskwright.dev/b']);
    expect((await apply('one', [])).metadata.finalizers).toEqual(['taskwright.dev/b']);
    await client.patchMerge(configMaps, address, { metadata: { finalizers: null } });
  });

  test('an empty list of owners resets them', async () => {
    const { client, address, apply } = await start();
    await apply('one', { size: 3 });
    const reset = await client.patchMerge<Widget>(widgets, address, { metadata: { managedFields: [{}] } });
    expect(reset.metadata.managedFields ?? []).toEqual([]);
  });

  test.each([
    ['that brings its owners along', { metadata: { name: 'one', managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] } }, 400],
    ['for another name than that of the path', { metadata: { name: 'two' } }, 400],
    ['of another kind than that of the path', { kind: 'Secret', metadata: { name: 'one' } }, 400],
    ['without a kind', { kind: undefined, metadata: { name: 'one' } }, 400],
  ])('an apply %s is refused', async (_, body, code) => {
    const { client, namespace } = await start();
    const path = `/api/v1/namespaces/${namespace}/configmaps/one?fieldManager=one`;
    const request = { method: 'PATCH', path, headers: { 'content-type': 'application/apply-patch+yaml' }, body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...body }) } as const;
    expect(await refusal(client.send(request))).toMatchObject({ code });
  });

  test('an unknown field in an apply is refused, whatever fieldValidation says', async () => {
    const { client, address } = await start();
    for (const fieldValidation of ['Strict', 'Warn', 'Ignore'] as const) {
      const status = await refusal(client.apply(widgets, { metadata: address, spec: { size: 3, unknown: 1 } } as Widget, { fieldManager: 'one', fieldValidation }));
      // 400 by the embedded server: it keeps 500 for its own mistakes.
      expect(status.code).toBeOneOf([400, 500]);
      expect(status.message).toMatch(/^failed to create typed patch object \(.+\/one; contract\.taskwright\.dev\/v1, Kind=Widget\): \.spec\.unknown: field not declared in schema$/);
    }
  });
}
