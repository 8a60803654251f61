import type { StructuralSchema } from '@taskwright/schema';
import { KEY, valueOf } from './field-value.ts';

/** A member of an object, or the value of a map: what somebody can set, change and leave out. */
export interface Field {
  /** Names from the root; `[]` is the first item of a list, `{}` the value under `KEY`. */
  readonly path: readonly string[];
  readonly schema: StructuralSchema;
  readonly isRequired: boolean;
  /** The same schema stands elsewhere, and was met there first. */
  readonly isRepeated: boolean;
}

/** Every field below `part`, and `part` itself, as the schema has them: nobody lists them by hand. */
export function fieldsOf(root: StructuralSchema, part: string): Field[] {
  const seen = new Set<string>();
  const visit = (schema: StructuralSchema, path: readonly string[], isRepeated: boolean): Field[] => {
    if (schema.items) return visit(schema.items, [...path, '[]'], isRepeated);
    const members = schema.additionalProperties ? { '{}': schema.additionalProperties } : schema.properties ?? {};
    const shape = JSON.stringify(schema, (name, value: unknown) => (name === 'description' && typeof value === 'string' ? undefined : value));
    const isKnown = isRepeated || seen.has(shape);
    seen.add(shape);
    return Object.entries(members).flatMap(([name, member]) => {
      const field = { path: [...path, name], schema: member, isRequired: schema.required?.includes(name) ?? false, isRepeated: isKnown };
      return [field, ...visit(member, field.path, isKnown)];
    });
  };
  const { [part]: own } = root.properties ?? {};
  return visit({ ...root, properties: { [part]: own! } }, [], false);
}

export function spelled({ path }: Pick<Field, 'path'>): string {
  return path.join('.').replaceAll('.[]', '[]').replaceAll('.{}', '{}');
}

/** The object with the field set; what has to be there for that is made, with no more in it than it requires. */
export function withField(schema: StructuralSchema, object: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (step === '[]') {
    const [first, ...others] = (object ?? []) as unknown[];
    return [withField(schema.items!, first, rest, value), ...others];
  }
  const name = nameOf(step);
  const members = (object ?? requiredMembers(schema)) as Record<string, unknown>;
  const member = step === '{}' ? schema.additionalProperties : schema.properties?.[step];
  return { ...members, [name]: withField(member!, members[name], rest, value) };
}

export function withoutField(object: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === '[]') {
    const [first, ...others] = object as unknown[];
    return [withoutField(first, rest), ...others];
  }
  const { [nameOf(step!)]: member, ...others } = object as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [nameOf(step!)]: withoutField(member, rest) };
}

/** The object as the server stores it: with the defaults of the schema wherever there is a place for them. */
export function withDefaults(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(schema.items!, item));
  if (typeof value !== 'object' || value === null) return value;
  const own = value as Record<string, unknown>;
  const defaults = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => (name in own || member.default === undefined ? [] : [[name, member.default]]));
  return Object.fromEntries([...Object.entries(own), ...defaults].map(([name, member]) => {
    const inner = schema.properties?.[name as string] ?? schema.additionalProperties;
    return [name, inner ? withDefaults(inner, member) : member];
  }));
}

function requiredMembers({ required = [], properties }: StructuralSchema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, valueOf(properties![name]!, 'A')]));
}

function nameOf(step: string): string {
  return step === '{}' ? KEY : step;
}
