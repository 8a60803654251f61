import { checkOutputSchema } from 'cdk8s-taskwright/output-schema';
import { CodingAgent, Credentials, Output, Task } from 'cdk8s-taskwright';
import { App, Chart } from 'cdk8s';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputValidator } from '../../../src/agent/outputs/output-validator.ts';

/** What is said of a value for the one output of a schema. */
const said = (it: object, value: unknown, redact = (text: string) => text) => outputValidator({ type: 'object', properties: { it }, required: ['it'] }, redact)({ it: value });

describe('a value that is not as declared is told as', () => {
  test.each<[object, unknown, string[]]>([
    [{ type: 'string' }, 7, ['it is a whole number; it has to be a text']],
    [{ type: 'integer' }, 1.5, ['it is a number; it has to be a whole number']],
    [{ type: ['string', 'null'] }, true, ['it is true or false; it has to be a text or null']],
    [{ type: 'boolean' }, 'no', ['it is a text; it has to be true or false']],
    [{ type: 'array' }, { a: 1 }, ['it is an object; it has to be a list']],
    [{ type: 'object' }, null, ['it is null; it has to be an object']],
    [{ enum: ['low', 1] }, 'high', ['it is "high"; it has to be one of "low", 1']],
    [{ const: true }, 'x'.repeat(100), [`it is "${'x'.repeat(59)}…"; it has to be true`]],
    [{ minLength: 2, maxLength: 1 }, '\u{1f600}', ['it has 1 characters; at least 2']],
    [{ maxLength: 1 }, 'no', ['it has 2 characters; at most 1']],
    [{ pattern: '^a+$' }, 'b', ['it is "b"; it has to match ^a+$']],
    [{ minimum: 3, multipleOf: 2 }, 1, ['it is 1; it has to be at least 3', 'it is 1; it has to be a multiple of 2']],
    [{ exclusiveMinimum: 1, exclusiveMaximum: 1 }, 1, ['it is 1; it has to be less than 1', 'it is 1; it has to be more than 1']],
    [{ minItems: 1 }, [], ['it has 0 items; at least 1']],
    [{ uniqueItems: true }, [{ a: 1 }, 2, { a: 1 }], ['it has the same item twice, at 0 and 2']],
    [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 'b'], ['it has 2 items; at most 1']],
    [{ items: { properties: { 'a/b': { type: 'string' } } } }, [{ 'a/b': 1 }], ['it[0].a/b is a whole number; it has to be a text']],
    [{ required: ['a'], properties: { b: false } }, { b: 1 }, ['it.a is missing', 'it.b is not asked for; leave it out']],
    [{ additionalProperties: false, maxProperties: 0 }, { a: 1 }, ['it has 1 fields; at most 0', 'it.a is not asked for; leave it out']],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, ['it.b is missing, since it.a is there']],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, ['it has 2 characters; at most 1']],
    [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, 3, ['it is a whole number; it has to be a text', 'it is 3; it has to be at least 5', 'it is none of what it may be']],
    [{ oneOf: [{}, {}] }, 3, ['it has to be exactly one of what it may be']],
    [{ not: {} }, 3, ['it is not as the schema says (not)']],
    [{ format: 'email' }, 'no address', []],
    [{}, 12345678901234567890, ['it has more digits than can be kept; write it as a text, or shorter']],
    [{}, { deep: [1e300] }, ['it.deep[0] has more digits than can be kept; write it as a text, or shorter']],
    [{}, 0.1, []],
    [{ type: 'string' }, 'line\nbreak', []],
  ])('%j of %j', (schema, value, lines) => {
    expect(said(schema, value)).toEqual(lines);
  });

  test('twenty mistakes, and how many more there are', () => {
    const lines = said({ items: { type: 'string' } }, Array.from({ length: 50 }, (_, index) => index));
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([21, 'it[0] is a whole number; it has to be a text', 'and 30 more']);
  });

  test('no secret, whole or cut', () => {
    const redact = (text: string) => text.replaceAll('a-secret', '***');
    expect(said({ enum: ['x'] }, `${'x'.repeat(55)}a-secret`, redact)).toEqual([`it is "${'x'.repeat(55)}***"; it has to be one of "x"`]);
    expect(said({ additionalProperties: { type: 'string' } }, { 'a-secret': 1 }, redact)).toEqual(['it.*** is a whole number; it has to be a text']);
  });
});

test('a pattern that takes other engines for ever takes no time', () => {
  expect(said({ pattern: '^(a+)+$' }, `${'a'.repeat(30_000)}!`)).toEqual([`it is "${'a'.repeat(59)}…"; it has to match ^(a+)+$`]);
});

/** An output of the constructs, and what it takes, said a second time. */
interface Pair {
  readonly output: Output;
  readonly takes: (value: unknown) => boolean;
  readonly isOptional?: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const WORDS = ['', 'a', 'b', 'low', 'high', '\u{1f600}'];
const small = fc.integer({ min: 0, max: 3 });
/** Mostly not: a value has to fit by chance. */
const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const { pair: pairs } = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof({ maxDepth: 3, withCrossShrink: true },
    fc.record({ minLength: optionally(small), maxLength: optionally(small), pattern: fc.constantFrom(undefined, '^[a-z]', 'w$') }).map((options): Pair => ({
      output: Output.text(options),
      takes: (value) => isText(value) && [...value].length >= (options.minLength ?? 1) && [...value].length <= (options.maxLength ?? Infinity)
        && (options.pattern === undefined || (options.pattern === 'w$' ? value.endsWith('w') : /^[a-z]/.test(value))),
    })),
    fc.record({ minimum: optionally(fc.integer({ min: -2, max: 2 })), maximum: optionally(fc.integer({ min: -2, max: 2 })), whole: fc.boolean() }).map(({ whole, ...options }): Pair => ({
      output: whole ? Output.integer(options) : Output.number(options),
      takes: (value) => typeof value === 'number' && (!whole || Number.isInteger(value)) && value >= (options.minimum ?? -Infinity) && value <= (options.maximum ?? Infinity),
    })),
    fc.constant<Pair>({ output: Output.boolean(), takes: (value) => typeof value === 'boolean' }),
    fc.subarray(WORDS, { minLength: 1 }).map((words): Pair => ({ output: Output.oneOf(words), takes: (value) => isText(value) && words.includes(value) })),
    fc.record({ of: tie('pair'), minItems: optionally(small), maxItems: optionally(small) }).map(({ of, ...options }): Pair => ({
      output: Output.list({ of: of.output, ...options }),
      takes: (value) => Array.isArray(value) && value.length >= (options.minItems ?? 0) && value.length <= (options.maxItems ?? Infinity) && value.every((item) => of.takes(item)),
    })),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d'), tie('pair'), { maxKeys: 3 }).map((fields): Pair => ({
      output: Output.object(Object.fromEntries(Object.entries(fields).map(([name, { output }]) => [name, output]))),
      takes: (value) => isRecord(value) && Object.keys(value).every((name) => Object.hasOwn(fields, name)) && Object.entries(fields).every(([name, { takes }]) => Object.hasOwn(value, name) && takes(value[name])),
    })),
  ),
}));

/** Values that are often right: of the same few words, numbers and names. */
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<unknown>(...WORDS, 'w', true, false, null, -2, 0, 1, 2, 0.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'x'), tie('value'), { maxKeys: 3 }),
  ),
}));

/** The schema that a program with this output declares. */
function declared(outputs: { [name: string]: Output }): object {
  const chart = new Chart(new App(), 'fleet');
  new Task(chart, 'plan', { agent: CodingAgent.custom('example.com/agent:1', { credentials: Credentials.none() }), prompt: 'Plan it.', outputs });
  const [task] = chart.toJson() as [{ metadata: { annotations: Record<string, string> } }];
  return JSON.parse(task.metadata.annotations['taskwright.dev/output-schema']!) as object;
}

test('whatever the constructs declare, the verdict is that of a model', () => {
  let right = 0;
  fc.assert(fc.property(pairs, fc.array(values, { minLength: 1, maxLength: 20 }), ({ output, takes }, tried) => {
    const validate = outputValidator(declared({ it: output }), (text) => text);
    for (const value of tried) {
      const violations = validate({ it: value });
      expect(violations.length === 0, JSON.stringify({ value, violations })).toBe(takes(value));
      right += violations.length === 0 ? 1 : 0;
    }
  }), { numRuns: 2_000 });
  // A model that refuses everything would agree with a validator that does.
  expect(right).toBeGreaterThan(500);
});

/** JSON Schema's own idea of a schema. */
const ajv = new Ajv2020({ strict: false });
const metaSchema = ajv.getSchema('https://json-schema.org/draft/2020-12/schema')!;

/** Schemas of all keywords, mostly malformed. */
const { schema: schemas } = fc.letrec<{ schema: unknown }>((tie) => {
  const several = fc.array(tie('schema'), { maxLength: 2 });
  const named = fc.dictionary(fc.constantFrom('a', 'b', '$ref', '__proto__', 'constructor'), tie('schema'), { maxKeys: 2 });
  const odd = fc.constantFrom<unknown>(0, -1, 1.5, 'a', '', null, true, [], {}, ['a'], ['a', 'a'], [1, {}]);
  const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: odd });
  const count = mostly(fc.nat({ max: 3 }));
  const keywords = {
    $ref: mostly(fc.constantFrom('#', '#/$defs/a', '#/$defs/b', '#/properties/it', '#/properties/it/items', 'x')), title: odd, description: odd, default: odd, examples: odd, deprecated: odd,
    type: mostly(fc.oneof(fc.constantFrom('string', 'number', 'array', 'object', 'null'), fc.subarray(['string', 'integer', 'boolean'], { minLength: 1 }))), enum: mostly(fc.array(odd, { minLength: 1, maxLength: 3 })), const: odd,
    minimum: count, maximum: count, exclusiveMinimum: count, exclusiveMaximum: count, multipleOf: count, minLength: count, maxLength: count, pattern: mostly(fc.constantFrom('^a', '[a-z]{2,3}', '(', '(?:a|b)+', '\\d')), format: mostly(fc.constantFrom('email', 'nonsense')),
    items: tie('schema'), prefixItems: several, minItems: count, maxItems: count, uniqueItems: mostly(fc.boolean()), properties: mostly(named), patternProperties: mostly(named), additionalProperties: tie('schema'), propertyNames: tie('schema'),
    required: mostly(fc.subarray(['a', 'b'])), dependentRequired: mostly(fc.dictionary(fc.constantFrom('a', 'b'), mostly(fc.subarray(['a', 'b'])), { maxKeys: 2 })), minProperties: count, maxProperties: count,
    allOf: several, anyOf: several, oneOf: several, not: tie('schema'), contains: tie('schema'), $defs: mostly(named),
  };
  return { schema: fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>(true, false, {}), fc.subarray(Object.keys(keywords) as (keyof typeof keywords)[], { maxLength: 4 }).chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, keywords[name]])))), odd) };
});

test('a schema that synth and the operator let through can be used, and judges any value', () => {
  let usable = 0;
  fc.assert(fc.property(schemas, schemas, fc.array(values, { maxLength: 5 }), (it, a, tried) => {
    const schema = { type: 'object', properties: { it }, $defs: { a } };
    if (checkOutputSchema(schema).length > 0) return;
    usable++;
    expect(metaSchema(schema)).toBe(true);
    const validate = outputValidator(schema, (text) => text);
    for (const value of tried) expect(validate({ it: value }).some((line) => line.includes('cannot be checked'))).toBe(false);
  }), { numRuns: 2_000 });
  expect(usable).toBeGreaterThan(200);
});
