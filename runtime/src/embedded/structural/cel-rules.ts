import { isEqual, isObject } from '../json.ts';
import type { FieldError } from '../status-error.ts';
import { celValue } from './cel-value.ts';
import { compile } from './cel.ts';
import { correlate } from './correlation.ts';
import { fieldSchema, type Schema, type ValidationRule } from './schema.ts';

interface Place {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: Schema;
  readonly path: string;
}

const REASONS: Record<string, FieldError['reason']> = {
  FieldValueInvalid: 'FieldValueInvalid',
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueRequired: 'FieldValueRequired',
  FieldValueDuplicate: 'FieldValueDuplicate',
};

const PREFIXES: Partial<Record<FieldError['reason'], string>> = { FieldValueForbidden: 'Forbidden: ', FieldValueRequired: 'Required value: ' };

/**
 * Evaluates the CEL rules of a schema. A rule that mentions `oldSelf` is asked only on updates, and always then; any other is asked unless
 * its value is unchanged. A rule that fails to evaluate is a rule that is broken.
 */
export function evaluateRules(place: Place): FieldError[] {
  const { value, old, schema, path } = place;
  if (value === undefined || value === null || !hasRules(schema)) return [];
  const rules = schema['x-kubernetes-validations'] ?? [];
  const isUnchanged = old !== undefined && isEqual(value, old);
  const asked = rules.filter((rule) => (isTransition(rule) ? old !== undefined || rule.optionalOldSelf : !isUnchanged));
  const self = asked.length === 0 ? undefined : celValue(value, schema);
  const oldSelf = asked.some(isTransition) ? (isUnchanged ? self : celValue(old, schema)) : undefined;
  const errors = asked.flatMap((rule) => evaluateRule(place, rule, isTransition(rule) ? { self, oldSelf } : { self }));
  if (Array.isArray(value) && schema.items) {
    const olds = correlate(value, old, schema);
    value.forEach((item, index) => errors.push(...evaluateRules({ value: item, old: olds[index], schema: schema.items!, path: `${path}[${index}]` })));
  } else if (isObject(value)) {
    for (const field in value) {
      const known = fieldSchema(schema, field);
      if (!known) continue;
      const isKey = schema.properties?.[field] === undefined;
      const childPath = isKey ? `${path}[${field}]` : path === '' ? field : `${path}.${field}`;
      errors.push(...evaluateRules({ value: value[field], old: isObject(old) ? old[field] : undefined, schema: known, path: childPath }));
    }
  }
  return errors;
}

const ruled = new WeakMap<Schema, boolean>();

/** Whether there is a rule anywhere below. */
export function hasRules(schema: Schema): boolean {
  let known = ruled.get(schema);
  if (known === undefined) {
    ruled.set(schema, false);
    known = schema['x-kubernetes-validations'] !== undefined
      || [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : []),
        ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [])].some(hasRules);
    ruled.set(schema, known);
  }
  return known;
}

function isTransition({ rule }: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule);
}

function evaluateRule({ value, path }: Place, rule: ValidationRule, variables: Record<string, unknown>): FieldError[] {
  const reason = REASONS[rule.reason ?? ''] ?? 'FieldValueInvalid';
  // Of the whole object neither the path nor the type is told.
  const prefix = PREFIXES[reason] ?? (path === '' ? 'Invalid value: ' : `Invalid value: ${shown(value)}: `);
  const field = rule.fieldPath === undefined ? path || '<nil>' : `${path}${rule.fieldPath.startsWith('.') && path === '' ? rule.fieldPath.slice(1) : rule.fieldPath}`;
  const broken = (message: string): FieldError[] => [{ reason, field, message: `${prefix}${message}` }];
  try {
    if (compile(rule.rule)(variables) === true) return [];
  } catch (error) {
    return broken(`rule evaluation error: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}: ${rule.message ?? rule.rule}`);
  }
  return broken(messageOf(rule, variables));
}

function messageOf({ rule, message, messageExpression }: ValidationRule, variables: Record<string, unknown>): string {
  if (messageExpression !== undefined) {
    try {
      const computed = compile(messageExpression)(variables);
      if (typeof computed === 'string' && computed.trim() !== '') return computed;
    } catch {
      // As the API server does: an expression that fails falls back to the fixed message.
    }
  }
  return message ?? `failed rule: ${rule.trim()}`;
}

/** Objects and lists are shown by their type: they are long, and may hold what is not for a log. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return '"array"';
  return isObject(value) ? '"object"' : JSON.stringify(value);
}
