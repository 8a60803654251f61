import { structName, type StructuralSchema } from '@taskwright/schema';
import { type Expression, literal, withParts } from './expression.ts';
import { isRecord } from './fit.ts';

/** A value as it is. With its schema, constants in place of its parts are given the types of the L1 constructs. */
export function expressionOf(value: unknown, schema?: StructuralSchema): Expression {
  if (Array.isArray(value)) {
    const type = schema?.items && typeOf(schema.items);
    return { kind: 'list', items: value.map((item) => expressionOf(item, schema?.items)), type: type && `${type}[]` };
  }
  if (isRecord(value)) {
    const places = Object.keys(schema?.properties ?? {});
    // In the order of the schema, so that objects that say the same look the same.
    const sorted = Object.entries(value).sort(([one], [other]) => places.indexOf(one) - places.indexOf(other));
    const entries = sorted.map(([name, member]) => [name, expressionOf(member, schema?.properties?.[name] ?? schema?.additionalProperties)] as const);
    return { kind: 'members', members: entries, type: schema && typeOf(schema) };
  }
  return literal(value as string | number | boolean, schema?.enum !== undefined);
}

/** The same without those types. */
export function withoutTypes(expression: Expression): Expression {
  const plain = withParts(expression, withoutTypes);
  return plain.kind === 'list' || plain.kind === 'members' ? { ...plain, type: undefined } : plain;
}

/** The struct that a schema is. Others have a type that TypeScript infers. */
function typeOf({ type, title, additionalProperties }: StructuralSchema): string | undefined {
  return type === 'object' && additionalProperties === undefined && title !== undefined ? `l1.${structName(title)}` : undefined;
}
