import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stripManagedFields } from '../../src/kube/strip-managed-fields.ts';

const text = fc.oneof(fc.string(), fc.constantFrom('"managedFields":[', 'x"managedFields":[{', '\\', '\\"', '"metadata":{', 'ü\u2028]}'));
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, text, fc.integer(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(fc.oneof(text, fc.constantFrom('metadata', 'managedFields', 'items', 'object')), tie('value'), { maxKeys: 4 }),
}));
const metadata = fc.record({ name: text, managedFields: fc.array(json.value), annotations: json.object }, { requiredKeys: [] });
const object = fc.record({ apiVersion: text, metadata, managedFields: json.value, spec: json.value, status: json.object }, { requiredKeys: [] });

type Sample = { metadata?: { managedFields?: unknown } };

function without(sample: Sample): Sample {
  if (sample.metadata === undefined) return sample;
  const { managedFields: _, ...rest } = sample.metadata;
  return { ...sample, metadata: rest };
}

test('of an event, exactly the managed fields of its object are left out', () => {
  fc.assert(
    fc.property(object, (sample) => {
      const bytes = Buffer.from(JSON.stringify({ type: 'ADDED', object: sample }));
      const before = Buffer.from(bytes);
      expect(JSON.parse(stripManagedFields(bytes, 'event'))).toEqual(JSON.parse(JSON.stringify({ type: 'ADDED', object: without(sample as Sample) })));
      expect(bytes.equals(before)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('of a list, those of every item', () => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), (samples) => {
      const list = { metadata: { resourceVersion: '1', managedFields: ['of the list itself'] }, items: samples };
      expect(JSON.parse(stripManagedFields(Buffer.from(JSON.stringify(list)), 'list'))).toEqual(
        JSON.parse(JSON.stringify({ ...list, items: samples.map((sample) => without(sample as Sample)) })),
      );
    }),
    { numRuns: 500 },
  );
});

test('a bookmark and an error pass as they are', () => {
  for (const line of ['{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}', '{"type":"ERROR","object":{"code":410}}']) {
    expect(stripManagedFields(Buffer.from(line), 'event')).toBe(line);
  }
});
