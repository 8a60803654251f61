import { Lazy } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type Fixture, fixtureSuites } from '@taskwright/schema/fixtures';
import type { ProblemCode } from '../../src/private/problem';
import { type StructuralSchema, specSchemaTexts } from '../../src/private/schemas';
import { checkStructure } from '../../src/private/structural';

/** What the API server calls a rule, and what we do. Messages of CEL rules are not among them: those need a server. */
const CODES: { readonly [rule: string]: ProblemCode } = {
  required: 'required', enum: 'enum', pattern: 'pattern', type: 'type', duplicate: 'duplicate', unknown: 'unknown-field',
  minimum: 'too-small', maximum: 'too-large', minLength: 'too-short', maxLength: 'too-long', minItems: 'too-few', maxItems: 'too-many', minProperties: 'too-few', maxProperties: 'too-many',
};

// A program is written in the version that is stored.
const fixtures = fixtureSuites.filter(({ version }) => version === undefined).flatMap((suite) => suite.fixtures).filter(({ object, subresource, before }) => object.spec !== undefined && !subresource && !before);

const schemas = Object.fromEntries(Object.entries(specSchemaTexts()).map(([kind, text]) => [kind, JSON.parse(text) as StructuralSchema]));

describe('the structural check', () => {
  test.each(fixtures)('says the same as an API server to $it', (fixture: Fixture) => {
    const { kind, spec } = fixture.object;
    const found = checkStructure(schemas[kind]!, spec, 'spec').map(({ code, path }) => ({ code, path }));
    const code = fixture.valid ? undefined : CODES[fixture.rule];
    if (fixture.valid || code === undefined) return expect(found).toEqual([]);
    expect(found).toContainEqual({ code, path: fixture.path });
    // One value may break two bounds: the empty text is too short, and has not the right form.
    expect(found.filter(({ path }) => path !== fixture.path)).toEqual([]);
  });

  const schema: StructuralSchema = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 5 },
      count: { type: 'integer', maximum: 3 },
      flag: { type: 'boolean' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      port: { 'x-kubernetes-int-or-string': true },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };

  test.each([
    { it: 'a typing slip', value: { nmae: 'x' }, problems: [{ code: 'unknown-field', path: 'nmae', fix: 'did you mean name?' }] },
    { it: 'an unknown field', value: { extra: 1 }, problems: [{ code: 'unknown-field', path: 'extra', allowed: 'known are count, flag, free, labels, name or port' }] },
    { it: 'a fraction', value: { count: 1.5 }, problems: [{ code: 'type', path: 'count', got: 'a fraction', allowed: 'it has to be a whole number' }] },
    { it: 'a large number', value: { count: 4 }, problems: [{ code: 'too-large', path: 'count', got: '4', allowed: 'at most 3' }] },
    { it: 'a long text', value: { name: 'longer' }, problems: [{ code: 'too-long', path: 'name', got: '6 characters', allowed: 'at most 5' }] },
    { it: 'a value in a map', value: { labels: { a: 1 } }, problems: [{ code: 'type', path: 'labels.a', got: 'a number', allowed: 'it has to be a text' }] },
    { it: 'a wrong type, without its value', value: { flag: 'hunter2' }, problems: [{ code: 'type', path: 'flag', got: 'a string', allowed: 'it has to be true or false' }] },
    { it: 'a list for an object', value: { labels: [] }, problems: [{ code: 'type', path: 'labels', got: 'a list', allowed: 'it has to be an object' }] },
    { it: 'a fraction for a port', value: { port: 1.5 }, problems: [{ code: 'type', path: 'port', got: 'a fraction', allowed: 'it has to be a whole number or a text' }] },
    { it: 'nothing about an open object', value: { free: { any: ['thing'] } }, problems: [] },
    { it: 'nothing about what is not set', value: { name: undefined, count: null }, problems: [] },
    { it: 'what a Lazy comes to', value: { count: Lazy.any({ produce: () => 4 }) }, problems: [{ code: 'too-large', path: 'count', got: '4', allowed: 'at most 3' }] },
    { it: 'what a token resolves to', value: { name: { resolve: () => 'longer' } }, problems: [{ code: 'too-long', path: 'name', got: '6 characters', allowed: 'at most 5' }] },
    { it: 'nothing about the tokens of another toolkit', value: { name: '${Token[TOKEN.12]}' }, problems: [] },
  ])('tells $it', ({ value, problems }) => {
    expect(checkStructure(schema, value, '')).toEqual(problems);
  });
});
