import type { z } from 'zod';
import type * as core from 'zod/v4/core';
import { embeddedSchema } from './kubernetes/structural-schema.ts';
import type { StructuralSchema } from './structural.ts';

/**
 * The structural schema of a zod schema, for the API server. `path` is where it stands, such as `Task.spec`.
 *
 * **Guarantee** nothing is lost on the way: what a structural schema cannot say is an error that names the path, never a
 * constraint that silently holds in one place only.
 *
 * **Errors** `TypeError` for a zod type or check without a counterpart, with what to use instead.
 */
export function toStructural(schema: core.$ZodType, path: string): StructuralSchema {
  const { title, description, rules, listMapKeys, listType, minProperties, maxProperties, ...unknown } = (schema as z.ZodType).meta() ?? {};
  const structural = bare(schema as core.$ZodTypes, path);
  if (title !== undefined) structural.title = title;
  if (description !== undefined) structural.description = description;
  if (listMapKeys) Object.assign(structural, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': listMapKeys });
  if (listType) structural['x-kubernetes-list-type'] = listType;
  Object.assign(structural, minProperties !== undefined && { minProperties }, maxProperties !== undefined && { maxProperties });
  if (rules) structural['x-kubernetes-validations'] = [...structural['x-kubernetes-validations'] ?? [], ...rules];
  const stray = Object.keys(unknown).filter((key) => key !== 'kubernetesType');
  if (stray.length > 0) fail(path, `meta ${stray.join(', ')} has no place in a CRD`, 'see field-meta.ts for what there is');
  return structural;
}

/** Types whose checks become bounds. On any other a check is a refinement, which only zod could run. */
const BOUNDED = new Set(['string', 'number', 'array', 'custom']);

function bare(schema: core.$ZodTypes, path: string): StructuralSchema {
  const { def } = schema._zod;
  if (!BOUNDED.has(def.type) && def.checks?.length && !isBoundedMap(schema)) fail(path, 'the server cannot run a refinement', 'use a rule');
  switch (def.type) {
    case 'optional': return toStructural(def.innerType, path);
    case 'nullable': return { ...toStructural(def.innerType, path), nullable: true };
    case 'default': return { ...toStructural(def.innerType, path), default: def.defaultValue };
    case 'object': return object(def, path);
    case 'array': return { type: 'array', ...bounds(def, path, 'Items'), items: toStructural(def.element, `${path}[]`) };
    case 'record': return map(def, path);
    case 'string': return string(def, path);
    case 'number': return number(def, path);
    case 'boolean': return { type: 'boolean' };
    case 'enum': return { type: 'string', enum: words(Object.values(def.entries), path) };
    case 'literal': return { type: 'string', enum: words(def.values, path) };
    case 'custom': return kubernetes(schema, path);
    case 'union': return fail(path, 'the API server refuses types inside anyOf', 'use one optional member per case and a rule');
    case 'any': case 'unknown': return fail(path, 'every level needs a type', 'use kubernetesType or spell it out');
    default: return fail(path, `z.${def.type} has no counterpart`, 'use what toStructural knows, or teach it the new type');
  }
}

function object({ shape, catchall }: core.$ZodObjectDef, path: string): StructuralSchema {
  if (catchall) fail(path, 'strict and loose objects are refused', 'use z.object: the server prunes what it does not know');
  const entries = Object.entries(shape);
  const required = entries.filter(([, member]) => member._zod.optin === undefined).map(([name]) => name);
  return {
    type: 'object',
    ...required.length > 0 && { required },
    ...entries.length > 0 && { properties: Object.fromEntries(entries.map(([name, member]) => [name, toStructural(member, `${path}.${name}`)])) },
  };
}

/** Its refinement says what its meta says. */
function isBoundedMap(schema: core.$ZodTypes): boolean {
  const { minProperties } = (schema as unknown as z.ZodType).meta() ?? {};
  return schema._zod.def.type === 'record' && schema._zod.def.checks?.length === 1 && minProperties !== undefined;
}

function map({ keyType, valueType }: core.$ZodRecordDef, path: string): StructuralSchema {
  const { def } = (keyType as core.$ZodTypes)._zod;
  if (def.type !== 'string' || def.checks?.length) fail(path, 'a constraint on keys would be lost', 'use z.record(z.string(), …) and a rule');
  return { type: 'object', additionalProperties: toStructural(valueType, `${path}{}`) };
}

function string(def: core.$ZodStringDef, path: string): StructuralSchema {
  if ('format' in def) fail(path, `the format ${String(def.format)} is not the same on the server`, 'use a pattern');
  const [pattern, ...more] = checksOf(def).filter((check) => check.check === 'string_format');
  if (more.length > 0) fail(path, 'it has two patterns', 'join them in one');
  return { type: 'string', ...bounds(def, path, 'Length'), ...pattern && { pattern: re2(pattern, path) } };
}

/** The server matches with RE2: it has no look-around and no flags. */
function re2({ format, pattern }: core.$ZodCheckStringFormatDef, path: string): string {
  if (format !== 'regex' || !pattern) fail(path, `the check ${format} has no counterpart`, 'use .regex');
  if (pattern.flags !== '') fail(path, `the flags ${pattern.flags} of ${String(pattern)} would be lost`, 'write the pattern without');
  if (/\(\?<?[=!]|\\[1-9]/.test(pattern.source)) fail(path, `${String(pattern)} looks around or back`, 'use a rule');
  return pattern.source.replaceAll('\\/', '/');
}

function number(def: core.$ZodNumberDef, path: string): StructuralSchema {
  const structural: StructuralSchema = { type: 'number' };
  for (const check of [...'format' in def ? [def as unknown as core.$ZodCheckNumberFormatDef] : [], ...checksOf(def)]) {
    switch (check.check) {
      case 'number_format': Object.assign(structural, integer(check, path)); break;
      case 'greater_than': structural.minimum = bound(check, path); break;
      case 'less_than': structural.maximum = bound(check, path); break;
      default: fail(path, `the check ${check.check} has no counterpart`, 'use z.int, z.int32, .min and .max');
    }
  }
  return structural;
}

function integer({ format }: core.$ZodCheckNumberFormatDef, path: string): StructuralSchema {
  if (format === 'int32') return { type: 'integer', format: 'int32' };
  if (format === 'safeint') return { type: 'integer', format: 'int64' };
  return fail(path, `the number format ${format} has no counterpart`, 'use z.int or z.int32');
}

function bound({ value, inclusive }: core.$ZodCheckLessThanDef | core.$ZodCheckGreaterThanDef, path: string): number {
  if (!inclusive || typeof value !== 'number') fail(path, 'a bound that excludes its value has no counterpart', 'use .min and .max');
  return value;
}

function bounds(def: core.$ZodTypeDef, path: string, of: 'Items' | 'Length'): StructuralSchema {
  const structural: StructuralSchema = {};
  for (const check of checksOf(def)) {
    if (check.check === 'min_length') structural[`min${of}`] = check.minimum;
    else if (check.check === 'max_length') structural[`max${of}`] = check.maximum;
    else if (check.check !== 'string_format') fail(path, `the check ${check.check} has no counterpart`, 'use .min, .max and .regex');
  }
  return structural;
}

function words(values: readonly unknown[], path: string): string[] {
  if (values.some((value) => typeof value !== 'string')) fail(path, 'an enum of mixed types is refused', 'use strings');
  return values as string[];
}

function kubernetes(schema: core.$ZodTypes, path: string): StructuralSchema {
  const { kubernetesType } = (schema as unknown as z.ZodType).meta() ?? {};
  if (kubernetesType === undefined) fail(path, 'the server cannot run a custom check', 'use a rule');
  const { title, description: _, ...structural } = embeddedSchema(kubernetesType);
  return { title, ...structural };
}

function checksOf({ checks = [] }: core.$ZodTypeDef): core.$ZodChecks['_zod']['def'][] {
  return checks.map((check) => (check as core.$ZodChecks)._zod.def);
}

function fail(path: string, problem: string, remedy: string): never {
  throw new TypeError(`${path}: ${problem}; ${remedy}`);
}
