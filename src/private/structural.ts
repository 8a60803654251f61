import { type Problem, listOf, quote } from './problem';
import type { StructuralSchema } from './schemas';
import { suggestionFor } from './suggestion';

/**
 * Everything in `value` that the API server would refuse or prune, each with its path.
 *
 * Values that are only known at the end (`Lazy`, or anything with a `resolve` method) are resolved first, as cdk8s does.
 * Texts that hold a token of another toolkit (`${Token[…]}`) are left alone.
 */
export function checkStructure(schema: StructuralSchema, value: unknown, path: string): Problem[] {
  const problems: Problem[] = [];
  visit(schema, value, path, problems);
  return problems;
}

function visit(schema: StructuralSchema, unresolved: unknown, path: string, problems: Problem[]): void {
  const value = resolved(unresolved);
  if (value === undefined || value === null) return;
  if (schema['x-kubernetes-int-or-string'] && Number.isInteger(value)) return;
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' ? visitString(schema, value, path, problems) : wrongType(value, 'a whole number or a text', path, problems);
  switch (schema.type) {
    case 'object':
      return isObject(value) ? visitObject(schema, value, path, problems) : wrongType(value, 'an object', path, problems);
    case 'array':
      return Array.isArray(value) ? visitArray(schema, value, path, problems) : wrongType(value, 'a list', path, problems);
    case 'string':
      return typeof value === 'string' ? visitString(schema, value, path, problems) : wrongType(value, 'a text', path, problems);
    case 'integer':
      return Number.isInteger(value) ? visitNumber(schema, value as number, path, problems) : wrongType(value, 'a whole number', path, problems);
    case 'number':
      return typeof value === 'number' ? visitNumber(schema, value, path, problems) : wrongType(value, 'a number', path, problems);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongType(value, 'true or false', path, problems);
  }
}

function visitObject(schema: StructuralSchema, value: Record<string, unknown>, path: string, problems: Problem[]): void {
  const { properties = {}, additionalProperties } = schema;
  for (const name of schema.required ?? []) {
    if (value[name] === undefined || value[name] === null) problems.push({ code: 'required', path: at(path, name) });
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (typeof known === 'object') visit(known, member, at(path, name), problems);
    else if (known !== true && !schema['x-kubernetes-preserve-unknown-fields']) problems.push(unknownField(at(path, name), name, Object.keys(properties)));
  }
}

function unknownField(path: string, name: string, known: string[]): Problem {
  const near = suggestionFor(name, known);
  return near ? { code: 'unknown-field', path, fix: `did you mean ${near}?` } : { code: 'unknown-field', path, allowed: `known are ${listOf(known)}` };
}

function visitArray(schema: StructuralSchema, value: unknown[], path: string, problems: Problem[]): void {
  const { items, minItems = 0, maxItems = Infinity, 'x-kubernetes-list-map-keys': keys } = schema;
  if (value.length < minItems) problems.push({ code: 'too-few', path, got: `${value.length}`, allowed: `at least ${minItems}` });
  if (value.length > maxItems) problems.push({ code: 'too-many', path, got: `${value.length}`, allowed: `at most ${maxItems}` });
  if (items) value.forEach((item, index) => visit(items, item, `${path}[${index}]`, problems));
  if (keys) value.forEach((item, index) => visitKey(keys, value.slice(0, index), item, `${path}[${index}]`, problems));
}

/** A list map has one item per key. */
function visitKey(keys: readonly string[], earlier: unknown[], unresolved: unknown, path: string, problems: Problem[]): void {
  const keyOf = (item: unknown) => JSON.stringify(keys.map((key) => (resolved(item) as Record<string, unknown> | undefined)?.[key]));
  const key = keyOf(unresolved);
  if (earlier.some((item) => keyOf(item) === key)) problems.push({ code: 'duplicate', path, got: `${keys.join(' and ')} ${key.slice(1, -1)}`, fix: 'keep one of them' });
}

function visitString(schema: StructuralSchema, value: string, path: string, problems: Problem[]): void {
  if (value.includes('${Token[')) return;
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (schema.enum && !schema.enum.includes(value)) problems.push(notInEnum(schema.enum, value, path));
  if (value.length < minLength) problems.push({ code: 'too-short', path, got: quote(value), allowed: `at least ${minLength} characters` });
  if (value.length > maxLength) problems.push({ code: 'too-long', path, got: `${value.length} characters`, allowed: `at most ${maxLength}` });
  if (pattern && !new RegExp(pattern).test(value)) problems.push({ code: 'pattern', path, got: quote(value), allowed: `it has to match ${pattern}` });
}

function notInEnum(allowed: readonly unknown[], value: string, path: string): Problem {
  const words = allowed.filter((word): word is string => typeof word === 'string' && word !== '');
  const near = suggestionFor(value, words);
  return { code: 'enum', path, got: quote(value), allowed: `allowed are ${listOf(words)}`, fix: near && `did you mean ${near}?` };
}

function visitNumber(schema: StructuralSchema, value: number, path: string, problems: Problem[]): void {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (value < minimum) problems.push({ code: 'too-small', path, got: `${value}`, allowed: `at least ${minimum}` });
  if (value > maximum) problems.push({ code: 'too-large', path, got: `${value}`, allowed: `at most ${maximum}` });
}

/** A value of the wrong type is named by its type alone: it may be anything, also something that must not be printed. */
function wrongType(value: unknown, expected: string, path: string, problems: Problem[]): void {
  problems.push({ code: 'type', path, got: typeName(value), allowed: `it has to be ${expected}` });
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What a value stands for: cdk8s asks `produce` of a `Lazy` and `resolve` of other tokens, until neither is there. */
export function resolved(value: unknown): unknown {
  let current = value;
  while (typeof current === 'object' && current !== null) {
    const { produce, resolve } = current as { produce?: unknown; resolve?: unknown };
    if (typeof produce === 'function') current = produce.call(current);
    else if (typeof resolve === 'function') current = resolve.call(current);
    else return current;
  }
  return current;
}
