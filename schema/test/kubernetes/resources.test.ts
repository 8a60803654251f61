import { expect, test } from 'vitest';
import { definitionNameOf, definitionOf } from '../../src/kubernetes/index.ts';
import * as resources from '../../src/kubernetes/resources.ts';

test.each(Object.entries(resources))('%s has a schema, and the name of its kind', (name, resource) => {
  const definition = definitionNameOf(resource);
  expect(definition).toBeDefined();
  expect(definitionOf(definition!).properties).toHaveProperty('metadata');
  expect(name.toLowerCase()).toBe(`${resource.kind.toLowerCase()}resource`);
});

test('no two resources share a path', () => {
  const paths = Object.values(resources).map(({ group, plural }) => `${group}/${plural}`);
  expect(new Set(paths).size).toBe(paths.length);
});

test('what is not served has no schema', () => {
  expect(definitionNameOf({ group: '', version: 'v2', kind: 'Pod' })).toBeUndefined();
});
