import type { StructuralSchema } from '@taskwright/schema';
import { isOneSlip } from './known-kinds.ts';

/** A place where a value is not what its schema says, so that the typed constructs cannot hold it. */
export interface Misfit {
  readonly path: string;
  readonly isUnknown: boolean;
  /** The end of a sentence that begins with the path. */
  readonly problem: string;
}

/** What keeps an object from being written as its L1 construct. Bounds do not: types have none. Metadata has a type of its own, for all kinds. */
export function misfitsOf(schema: StructuralSchema, { metadata: _, ...object }: object & { readonly metadata: unknown }): Misfit[] {
  return misfits(schema, object, '');
}

function misfits(schema: StructuralSchema, value: unknown, path: string): Misfit[] {
  const wrong = (problem: string): Misfit[] => [{ path, isUnknown: false, problem }];
  if (schema['x-kubernetes-int-or-string']) {
    if (schema.title === 'Quantity') return typeof value === 'string' ? [] : wrong('has to be a text');
    return typeof value === 'string' || Number.isInteger(value) ? [] : wrong('has to be a whole number or a text');
  }
  if (schema.type === 'array') return Array.isArray(value) ? value.flatMap((item, index) => misfits(schema.items!, item, `${path}[${index}]`)) : wrong('has to be a list');
  if (schema.type === 'object') return isRecord(value) ? memberMisfits(schema, value, path) : wrong('has to be an object');
  if (schema.type === 'integer' ? !Number.isInteger(value) : typeof value !== schema.type) return wrong(`has to be ${TYPES[schema.type!]}`);
  return schema.enum && !schema.enum.includes(value as string) ? wrong(`has to be one of ${schema.enum.filter(Boolean).join(', ')}`) : [];
}

const TYPES: Readonly<Record<string, string>> = { string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false' };

function memberMisfits({ properties = {}, additionalProperties, required = [] }: StructuralSchema, value: Readonly<Record<string, unknown>>, path: string): Misfit[] {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const missing = required.filter((name) => value[name] === undefined).map((name) => ({ path: at(name), isUnknown: false, problem: 'is missing' }));
  return [...missing, ...Object.entries(value).flatMap(([name, member]) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (schema) return misfits(schema, member, at(name));
    const near = Object.keys(properties).find((known) => isOneSlip(known.toLowerCase(), name.toLowerCase()));
    return [{ path: at(name), isUnknown: true, problem: `is not a known field${near ? `; did you mean ${near}?` : ''}` }];
  })];
}

/** The same value with its quantities as texts, as the API server keeps them: `cpu: 2` is `cpu: "2"`. */
export function withTextQuantities(schema: StructuralSchema, value: unknown): unknown {
  if (schema.title === 'Quantity') return typeof value === 'number' && !String(value).includes('e') ? String(value) : value;
  if (Array.isArray(value)) return schema.items ? value.map((item) => withTextQuantities(schema.items!, item)) : value;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => {
    const part = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : schema.additionalProperties;
    return [name, part ? withTextQuantities(part, member) : member];
  }));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
