import fc from 'fast-check';
import { type Kind, type StructuralSchema, rootSchema } from '../../src/index.ts';
import type { Convertible } from '../../src/kelos/conversion/record.ts';
import { definitions } from '../../src/kubernetes/index.ts';

/** Objects of a kind in a version, of the right structure: no rule of CEL is asked, since a conversion has to take whatever was stored once. */
export function anObject(kind: Kind, name: string): fc.Arbitrary<Convertible> {
  const version = kind.versions.find((each) => each.name === name)!;
  const { properties } = rootSchema(kind.kind, kind.description, version);
  return fc.record({
    apiVersion: fc.constant(`${kind.group}/${name}`),
    kind: fc.constant(kind.kind),
    metadata: fc.record({ name: fc.constant('fixture'), annotations: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x'), { minKeys: 1 }) }, { requiredKeys: ['name'] }),
    spec: valueOf(properties!.spec!),
    ...properties!.status && { status: valueOf(properties!.status) },
  }, { requiredKeys: ['apiVersion', 'kind', 'metadata'] }) as fc.Arbitrary<Convertible>;
}

function valueOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const { type, title, enum: words, items, additionalProperties, properties = {}, required = [], minItems = 0, format } = schema;
  if (words) return fc.constantFrom(...words);
  if (title !== undefined && KUBERNETES.has(title)) return fc.constantFrom({ name: 'one' }, { name: 'two', value: 'x' }, { name: 'one', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } });
  switch (type) {
    case 'boolean': return fc.boolean();
    case 'integer': case 'number': return fc.integer({ min: 0, max: 3 });
    case 'array': return fc.array(valueOf(items!), { minLength: minItems, maxLength: minItems + 2 });
    case 'object': {
      if (additionalProperties) return fc.dictionary(fc.constantFrom('b', 'a'), valueOf(additionalProperties));
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, valueOf(property)])), { requiredKeys: required });
    }
    default: return format === 'date-time' ? fc.constant('2026-01-01T00:00:00Z') : fc.constantFrom('', 'a', 'b', '5m');
  }
}

const KUBERNETES = new Set(Object.keys(definitions).map((name) => name.slice(name.lastIndexOf('.') + 1)).filter((title) => title !== 'Condition'));
