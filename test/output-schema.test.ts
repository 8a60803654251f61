import { describe, expect, test } from 'vitest';
import { checkOutputSchema, outputsIn } from '../src/output-schema';
import { OUTPUT_LIMITS } from '../src/private/output-bounds';
import { renderProblem } from '../src/private/problem';

const declaring = (it: unknown, rest: object = {}) => ({ type: 'object', properties: { it }, ...rest });
const linesOf = (schema: unknown) => checkOutputSchema(schema).map(renderProblem);

/** So deep, and its innermost schema. */
function nested(depth: number): object {
  return depth === 0 ? { type: 'string' } : { items: nested(depth - 1) };
}

describe('a schema of outputs', () => {
  test.each<[string, object]>([
    ['says all that it may', declaring({
      $ref: '#/$defs/a~1b', title: 'T', description: 'D', $comment: 'C', default: { any: [1] }, examples: [1], deprecated: true, readOnly: false, writeOnly: false,
      type: ['string', 'null'], enum: ['a', null, 1], const: 'a', minimum: 0, maximum: 1, exclusiveMinimum: -1, exclusiveMaximum: 2, multipleOf: 0.5,
      minLength: 0, maxLength: 1, pattern: '^a', format: 'email', items: true, prefixItems: [{}], minItems: 0, maxItems: 1, uniqueItems: true,
      properties: { $ref: false }, patternProperties: { '^x': {} }, additionalProperties: false, propertyNames: { maxLength: 3 }, required: ['a'], dependentRequired: { a: ['b'] },
      minProperties: 0, maxProperties: 1, allOf: [{}], anyOf: [{}], oneOf: [{}], not: false,
    }, { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: { 'a/b': { $ref: '#/definitions/c' } }, definitions: { c: true }, title: 'T', description: 'D', $comment: 'C', required: ['it'], additionalProperties: false })],
    ['is as deep as it may be', declaring(nested(OUTPUT_LIMITS.schemaDepth - 2))],
    ['is used twice', declaring({ items: { $ref: '#/$defs/a' }, not: { $ref: '#/$defs/a' } }, { $defs: { a: { items: { $ref: '#/$defs/b' } }, b: {} } })],
  ])('that %s is taken', (_, schema) => {
    expect(linesOf(schema)).toEqual([]);
  });

  const WRONG = 'is not a schema that outputs can be checked by';
  test.each<[string, unknown, string[]]>([
    ['no object', 'text', [`${WRONG}, got a string; it has to be an object`]],
    ['nothing', null, [`${WRONG}, got nothing; it has to be an object`]],
    ['a list', [], [`${WRONG}, got an empty list; it has to be an object`]],
    ['of something else', { type: 'array', items: {} }, [
      `type: ${WRONG}, got "array"; outputs are the properties of an object; write "type": "object"`,
      'items: is not a known field; known beside properties are $comment, $defs, $schema, additionalProperties, definitions, description, properties, required, title or type',
      `properties: ${WRONG}, got nothing; it has to be an object of schemas`,
    ]],
    ['without an output', { type: 'object', properties: {} }, ['properties: has too few items, got 0; at least 1']],
    ['that is open', declaring({}, { additionalProperties: true }), [`additionalProperties: ${WRONG}; only what has a name in properties becomes a result; leave it out`]],
    ['of another dialect', declaring({}, { $schema: 'http://json-schema.org/draft-07/schema#' }), [`$schema: ${WRONG}, got "http://json-schema.org/draft-07/schema#"; it has to be https://json-schema.org/draft/2020-12/schema, or left out`]],
    ['that requires what is not there', declaring({}, { required: ['it', 'that'] }), [`required: ${WRONG}, got "that"; properties has it`]],
    ['that requires twice', declaring({}, { required: ['it', 'it'] }), [`required: ${WRONG}, got a list; it has to be a list of different texts`]],
    ['of no type', declaring({ type: 'text' }), [`properties.it.type: ${WRONG}, got a string; it has to be one of string, number, integer, boolean, array, object, null, or a list of some`]],
    ['of a type twice', declaring({ type: ['string', 'string'] }), [`properties.it.type: ${WRONG}, got a list; it has to be one of string, number, integer, boolean, array, object, null, or a list of some`]],
    ['with a keyword that nobody checks', declaring({ contains: {} }), ['properties.it.contains: is not a known field; it is no keyword of JSON Schema that outputs are checked by; leave it out, or say it in the description']],
    ['with a name of JavaScript', declaring({ constructor: {} }), ['properties.it.constructor: is not a known field; it is no keyword of JSON Schema that outputs are checked by; leave it out, or say it in the description']],
    ['with values of other kinds', declaring({ multipleOf: 0, minLength: 1.5, uniqueItems: 'yes', title: 1, items: 'x', allOf: [], properties: [], pattern: 1, dependentRequired: { a: 'b' } }), [
      `properties.it.multipleOf: ${WRONG}, got 0; it has to be a number above 0`,
      `properties.it.minLength: ${WRONG}, got 1.5; it has to be a whole number, 0 or more`,
      `properties.it.uniqueItems: ${WRONG}, got a string; it has to be true or false`,
      `properties.it.title: ${WRONG}, got 1; it has to be a text`,
      `properties.it.items: ${WRONG}, got a string; a schema is an object, true or false`,
      `properties.it.allOf: ${WRONG}, got an empty list; it has to be a list of schemas, one at least`,
      `properties.it.properties: ${WRONG}, got an empty list; it has to be an object of schemas`,
      `properties.it.pattern: ${WRONG}, got a number; it has to be a text`,
      `properties.it.dependentRequired.a: ${WRONG}, got a string; it has to be a list of different texts`,
    ]],
    ['with patterns that RE2 does not know', declaring({ pattern: '(a)\\1', patternProperties: { '(?<!a)b': {} }, items: { pattern: '(' } }), [
      'properties.it.pattern: does not have the right form, got "(a)\\\\1"; it has to be a regular expression of RE2; it knows no references to what was found before',
      'properties.it.patternProperties.(?<!a)b: does not have the right form, got "(?<!a)b"; it has to be a regular expression of RE2; it knows no (?=…), (?!…), (?<=…) or (?<!…)',
      'properties.it.items.pattern: does not have the right form, got "("; it has to be a regular expression of RE2; unterminated group',
    ]],
    ['with references to elsewhere', declaring({ $ref: 'other.json', not: { $ref: '#/$defs/b' }, items: { $ref: '#/properties/it/title' } }, { $defs: { a: {} } }), [
      `properties.it.$ref: ${WRONG}, got "other.json"; a reference leads to a place in the same schema, such as #/$defs/step`,
      `properties.it.not.$ref: ${WRONG}, got "#/$defs/b"; there is no schema at that place`,
      `properties.it.items.$ref: ${WRONG}, got "#/properties/it/title"; there is no schema at that place`,
    ]],
    ['that leads back to itself', declaring({ $ref: '#/$defs/tree' }, { $defs: { tree: { properties: { left: { $ref: '#/$defs/tree' } } }, fine: { $ref: '#/$defs/leaf' }, leaf: {} } }), [
      `$defs.tree.properties.left.$ref: ${WRONG}, got "#/$defs/tree"; it leads back to itself; write out as many levels as are needed`,
    ]],
    ['that is its own part', declaring({ items: { $ref: '#' } }), [`properties.it.items.$ref: ${WRONG}, got "#"; it leads back to itself; write out as many levels as are needed`]],
    ['that is too deep', declaring(nested(OUTPUT_LIMITS.schemaDepth - 1)), [`properties.it${'.items'.repeat(OUTPUT_LIMITS.schemaDepth - 1)}: ${WRONG}; it is more than 24 levels deep`]],
    ['whose values are too deep', declaring({ const: JSON.parse('['.repeat(900) + ']'.repeat(900)) as unknown }), [`properties.it.const${'.0'.repeat(OUTPUT_LIMITS.schemaDepth - 2)}: ${WRONG}; it is more than 24 levels deep`]],
    ['that is too big', declaring({ description: 'x'.repeat(OUTPUT_LIMITS.schemaBytes) }), ['is too big, got a schema of 32824 bytes; at most 32768']],
  ])('%s is refused', (_, schema, lines) => {
    expect(linesOf(schema)).toEqual(lines);
  });

  test('with hundreds of references in a chain is judged at once', () => {
    const many = 700;
    const $defs = Object.fromEntries(Array.from({ length: many }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]));
    expect(linesOf(declaring({ $ref: '#/$defs/d0' }, { $defs: { ...$defs, [`d${many}`]: {} } }))).toEqual([]);
    expect(linesOf(declaring({ $ref: '#/$defs/d0' }, { $defs: { ...$defs, [`d${many}`]: { $ref: '#/$defs/d0' } } }))).toHaveLength(many + 1);
  });

  test('tells its names, and which of them always come', () => {
    expect(outputsIn(declaring({}, { required: ['it'] }))).toEqual({ names: ['it'], required: ['it'] });
    expect(outputsIn(declaring({}))).toEqual({ names: ['it'], required: [] });
  });
});
