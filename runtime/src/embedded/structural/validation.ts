import { RE2JS } from 're2js';
import { isEqual, isObject, wireJson } from '../json.ts';
import type { FieldError } from '../status-error.ts';
import { evaluateRules, hasRules } from './cel-rules.ts';
import { correlate } from './correlation.ts';
import { formatProblem } from './format.ts';
import { fieldSchema, type Schema } from './schema.ts';

/** Errors after which the rules of a schema cannot be trusted to mean anything: they are not evaluated then. */
const BLOCKING = new Set<FieldError['reason']>(['FieldValueRequired', 'FieldValueTypeInvalid', 'FieldValueNotSupported', 'FieldValueTooLong', 'FieldValueTooMany']);

const UNCHECKED: FieldError = {
  reason: 'FieldValueInvalid', field: '<nil>',
  message: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/**
 * Everything in a value that its schema does not allow, worded as the API server words it.
 *
 * Where nothing changed since `old`, nothing is wrong: an object that was valid once stays editable when its schema becomes stricter. Only
 * rules that compare with the old value are asked again.
 */
export function validateSchema(value: unknown, old: unknown, schema: Schema, path = ''): FieldError[] {
  const errors = checkValue({ value, old, schema, path });
  if (!hasRules(schema)) return errors;
  if (errors.some(({ reason }) => BLOCKING.has(reason))) return [...errors, UNCHECKED];
  return [...errors, ...evaluateRules({ value, old, schema, path })];
}

interface Place {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: Schema;
  readonly path: string;
}

function checkValue(place: Place): FieldError[] {
  const { value, old, schema, path } = place;
  if (old !== undefined && isEqual(value, old)) return [];
  const typeError = checkType(place);
  if (typeError !== undefined) return [typeError];
  if (value === null) return [];
  const errors = [...checkEnum(place), ...checkCombinators(place)];
  if (typeof value === 'string') errors.push(...checkString(place, value));
  if (typeof value === 'number') errors.push(...checkNumber(place, value));
  if (Array.isArray(value)) {
    errors.push(...checkList(place, value));
    const { items } = schema;
    if (items) {
      const olds = correlate(value, old, schema);
      value.forEach((item, index) => errors.push(...checkValue({ value: item, old: olds[index], schema: items, path: `${path}[${index}]` })));
    }
  }
  if (isObject(value)) {
    errors.push(...checkObject(place, value));
    for (const field in value) {
      const known = fieldSchema(schema, field);
      if (known && value[field] !== undefined) {
        errors.push(...checkValue({ value: value[field], old: isObject(old) ? old[field] : undefined, schema: known, path: path === '' ? field : `${path}.${field}` }));
      }
    }
  }
  return errors;
}

function checkType({ value, schema, path }: Place): FieldError | undefined {
  if (value === null && schema.nullable) return undefined;
  const actual = jsonType(value);
  const fits = schema['x-kubernetes-int-or-string'] ? actual === 'integer' || actual === 'string'
    : schema.type === undefined || schema.type === actual || (schema.type === 'number' && actual === 'integer');
  if (fits) return undefined;
  const expected = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  return { reason: 'FieldValueTypeInvalid', field: path, message: `Invalid value: "${actual}": ${path} in body must be of type ${expected}: "${actual}"` };
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkEnum({ value, schema, path }: Place): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((allowed) => isEqual(allowed, value))) return [];
  const supported = schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ');
  return [{ reason: 'FieldValueNotSupported', field: path, message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}` }];
}

function invalidValue({ value, path }: Place, what: string, shown: unknown = value): FieldError {
  return { reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${wireJson(shown)}: ${path} in body ${what}` };
}

function checkString(place: Place, text: string): FieldError[] {
  const { schema, path } = place;
  const length = schema.minLength === undefined && schema.maxLength === undefined ? 0 : [...text].length;
  const errors: FieldError[] = [];
  if (schema.minLength !== undefined && length < schema.minLength) errors.push(invalidValue(place, `should be at least ${schema.minLength} chars long`));
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push({ reason: 'FieldValueTooLong', field: path, message: `Too long: may not be more than ${schema.maxLength} bytes` });
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).matcher(text).find()) errors.push(invalidValue(place, `should match '${schema.pattern}'`));
  const problem = schema.format === undefined ? undefined : formatProblem(text, schema.format);
  if (problem !== undefined) errors.push(invalidValue(place, problem));
  return errors;
}

/** User-supplied patterns run on RE2, which takes linear time whatever the text. */
const patterns = new Map<string, RE2JS>();

function patternOf(text: string): RE2JS {
  let pattern = patterns.get(text);
  if (pattern === undefined) patterns.set(text, pattern = RE2JS.compile(text));
  return pattern;
}

function checkNumber(place: Place, number: number): FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = place.schema;
  const errors: FieldError[] = [];
  if (minimum !== undefined && (exclusiveMinimum ? number <= minimum : number < minimum)) {
    errors.push(invalidValue(place, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  if (maximum !== undefined && (exclusiveMaximum ? number >= maximum : number > maximum)) {
    errors.push(invalidValue(place, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(number / multipleOf)) errors.push(invalidValue(place, `should be a multiple of ${multipleOf}`));
  if (format === 'int32' && (number > 2 ** 31 - 1 || number < -(2 ** 31))) errors.push(invalidValue(place, `must be of type int32: "${number}"`));
  return errors;
}

function checkList(place: Place, items: readonly unknown[]): FieldError[] {
  const { schema, path } = place;
  const errors: FieldError[] = [];
  if (schema.minItems !== undefined && items.length < schema.minItems) errors.push(invalidValue(place, `should have at least ${schema.minItems} items`, items.length));
  if (schema.maxItems !== undefined && items.length > schema.maxItems) {
    errors.push({ reason: 'FieldValueTooMany', field: path, message: `Too many: ${items.length}: must have at most ${schema.maxItems} items` });
  }
  const identity = identityOf(schema);
  if (identity === undefined) return errors;
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const id = wireJson(identity(item));
    if (seen.has(id)) errors.push({ reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message: `Duplicate value: ${id}` });
    seen.add(id);
  });
  return errors;
}

/** What may not occur twice in a list, if anything may not. */
function identityOf(schema: Schema): ((item: unknown) => unknown) | undefined {
  if (schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems) return (item) => item;
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return (item) => Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : undefined]));
}

function checkObject(place: Place, object: Record<string, unknown>): FieldError[] {
  const { schema, path } = place;
  const size = Object.keys(object).length;
  return [
    ...(schema.required ?? []).filter((field) => object[field] === undefined)
      .map((field): FieldError => ({ reason: 'FieldValueRequired', field: path === '' ? field : `${path}.${field}`, message: 'Required value' })),
    ...(schema.minProperties !== undefined && size < schema.minProperties ? [invalidValue(place, `should have at least ${schema.minProperties} properties`, size)] : []),
    ...(schema.maxProperties !== undefined && size > schema.maxProperties
      ? [{ reason: 'FieldValueTooMany', field: path, message: `Too many: ${size}: must have at most ${schema.maxProperties} items` } as const]
      : []),
  ];
}

function checkCombinators(place: Place): FieldError[] {
  const { schema } = place;
  if (schema['x-kubernetes-int-or-string']) return [];
  const holds = (part: Schema) => checkValue({ ...place, schema: part, old: undefined }).length === 0;
  const errors = (schema.allOf ?? []).flatMap((part) => checkValue({ ...place, schema: part, old: undefined }));
  if (schema.anyOf && !schema.anyOf.some(holds)) errors.push(invalidValue(place, 'must validate at least one schema (anyOf)', ''));
  if (schema.oneOf && schema.oneOf.filter(holds).length !== 1) errors.push(invalidValue(place, 'must validate one and only one schema (oneOf)', ''));
  if (schema.not && holds(schema.not)) errors.push(invalidValue(place, 'must not validate the schema (not)', ''));
  return errors;
}
