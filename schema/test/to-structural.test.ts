import { expect, test } from 'vitest';
import { z } from 'zod';
import { kubernetesType } from '../src/kubernetes/kubernetes-type.ts';
import { toStructural } from '../src/to-structural.ts';

test.each([
  { it: 'a text with its bounds', schema: z.string().min(1).max(9).regex(/^a\/b/), expected: { type: 'string', minLength: 1, maxLength: 9, pattern: '^a/b' } },
  { it: 'an int32', schema: z.int32().min(0).max(9), expected: { type: 'integer', format: 'int32', minimum: 0, maximum: 9 } },
  { it: 'a whole number', schema: z.int(), expected: { type: 'integer', format: 'int64' } },
  { it: 'a whole number, written the long way', schema: z.number().int(), expected: { type: 'integer', format: 'int64' } },
  { it: 'a number', schema: z.number(), expected: { type: 'number' } },
  { it: 'yes or no', schema: z.boolean().nullable(), expected: { type: 'boolean', nullable: true } },
  { it: 'words', schema: z.enum(['a', '']), expected: { type: 'string', enum: ['a', ''] } },
  { it: 'a single word', schema: z.literal('a'), expected: { type: 'string', enum: ['a'] } },
  { it: 'a map', schema: z.record(z.string(), z.string()), expected: { type: 'object', additionalProperties: { type: 'string' } } },
  {
    it: 'a list keyed by a field',
    schema: z.array(z.object({ name: z.string() })).min(1).max(3).meta({ listMapKeys: ['name'] }),
    expected: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
  },
  {
    it: 'an object, in which a default or .optional makes a member optional',
    schema: z.object({ a: z.string(), b: z.string().optional(), c: z.string().default('x') }),
    expected: { type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string', default: 'x' } } },
  },
  {
    it: 'the rules of a field and of what it wraps, and the outer description',
    schema: z.string().meta({ description: 'inner', rules: [{ rule: 'a', message: 'a' }] }).optional().meta({ description: 'outer', rules: [{ rule: 'b', message: 'b' }] }),
    expected: { type: 'string', description: 'outer', 'x-kubernetes-validations': [{ rule: 'a', message: 'a' }, { rule: 'b', message: 'b' }] },
  },
  {
    it: 'a type of Kubernetes, inlined',
    schema: kubernetesType('io.k8s.api.core.v1.LocalObjectReference'),
    expected: { title: 'LocalObjectReference', type: 'object', properties: { name: expect.objectContaining({ type: 'string', default: '' }) }, 'x-kubernetes-map-type': 'atomic' },
  },
])('toStructural knows $it', ({ schema, expected }) => {
  expect(toStructural(schema, 'Kind')).toEqual(expected);
});

test.each([
  { it: 'a union', schema: z.union([z.string(), z.number()]), error: 'Kind.f: the API server refuses types inside anyOf; use one optional member per case and a rule' },
  { it: 'anything', schema: z.any(), error: 'Kind.f: every level needs a type; use kubernetesType or spell it out' },
  { it: 'a strict object', schema: z.strictObject({}), error: 'Kind.f: strict and loose objects are refused; use z.object: the server prunes what it does not know' },
  { it: 'a loose object', schema: z.looseObject({}), error: 'Kind.f: strict and loose objects are refused; use z.object: the server prunes what it does not know' },
  { it: 'a tuple', schema: z.tuple([z.string()]), error: 'Kind.f: z.tuple has no counterpart; use what toStructural knows, or teach it the new type' },
  { it: 'a date', schema: z.date(), error: 'Kind.f: z.date has no counterpart; use what toStructural knows, or teach it the new type' },
  { it: 'keys of a map that are checked', schema: z.record(z.enum(['a']), z.string()), error: 'Kind.f: a constraint on keys would be lost; use z.record(z.string(), …) and a rule' },
  { it: 'keys of a map with a pattern', schema: z.record(z.string().regex(/a/), z.string()), error: 'Kind.f: a constraint on keys would be lost; use z.record(z.string(), …) and a rule' },
  { it: 'two patterns', schema: z.string().regex(/a/).regex(/b/), error: 'Kind.f: it has two patterns; join them in one' },
  { it: 'a pattern with a flag', schema: z.string().regex(/a/i), error: 'Kind.f: the flags i of /a/i would be lost; write the pattern without' },
  { it: 'a pattern that looks ahead', schema: z.string().regex(/a(?=b)/), error: 'Kind.f: /a(?=b)/ looks around or back; use a rule' },
  { it: 'a check of the start', schema: z.string().startsWith('a'), error: 'Kind.f: the check starts_with has no counterpart; use .regex' },
  { it: 'a format of zod', schema: z.url(), error: 'Kind.f: the format url is not the same on the server; use a pattern' },
  { it: 'a bound that excludes its value', schema: z.int().positive(), error: 'Kind.f: a bound that excludes its value has no counterpart; use .min and .max' },
  { it: 'a multiple', schema: z.int().multipleOf(3), error: 'Kind.f: the check multiple_of has no counterpart; use z.int, z.int32, .min and .max' },
  { it: 'a check of our own', schema: z.custom<string>(() => true), error: 'Kind.f: the server cannot run a custom check; use a rule' },
  { it: 'a refinement', schema: z.string().refine(() => true), error: 'Kind.f: the check custom has no counterpart; use .min, .max and .regex' },
  { it: 'a refinement of an object', schema: z.object({}).refine(() => true), error: 'Kind.f: the server cannot run a refinement; use a rule' },
  { it: 'an id, which would become a $ref', schema: z.string().meta({ id: 'X' }), error: 'Kind.f: meta id has no place in a CRD; see field-meta.ts for what there is' },
])('toStructural refuses $it and says where', ({ schema, error }) => {
  expect(() => toStructural(z.object({ f: schema }), 'Kind')).toThrow(new TypeError(error));
});
