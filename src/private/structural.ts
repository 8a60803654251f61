import { type Problem, type ProblemCode, listOf, quote } from './problem';
import type { StructuralSchema } from './schemas';
import { suggestionFor } from './suggestion';

/**
 * Everything in `value` that the API server would refuse or prune, each with its path.
 *
 * Values that are only known at the end (`Lazy`, or anything with a `resolve` method) are resolved first, as cdk8s does.
 * Texts that hold a token of another toolkit (`${Token[…]}`) are left alone.
 */
export function checkStructure(schema: StructuralSchema, value: unknown, path: string): Problem[] {
  const check = new StructureCheck(path);
  check.visit(schema, value);
  return check.problems;
}

/** One walk over a value. Where it stands is kept as steps: of a thousand objects hardly one needs the path as a text. */
class StructureCheck {
  public readonly problems: Problem[] = [];
  private readonly steps: (string | number)[] = [];

  public constructor(private readonly root: string) {}

  public visit(schema: StructuralSchema, unresolved: unknown): void {
    const value = resolved(unresolved);
    if (value === undefined || value === null) return;
    if (schema['x-kubernetes-int-or-string']) {
      if (typeof value === 'string') this.visitString(schema, value);
      else if (!Number.isInteger(value)) this.wrongType(value, 'a whole number or a text');
      return;
    }
    switch (schema.type) {
      case 'object':
        return isObject(value) ? this.visitObject(schema, value) : this.wrongType(value, 'an object');
      case 'array':
        return Array.isArray(value) ? this.visitArray(schema, value) : this.wrongType(value, 'a list');
      case 'string':
        return typeof value === 'string' ? this.visitString(schema, value) : this.wrongType(value, 'a text');
      case 'integer':
        return Number.isInteger(value) ? this.visitNumber(schema, value as number) : this.wrongType(value, 'a whole number');
      case 'number':
        return typeof value === 'number' ? this.visitNumber(schema, value) : this.wrongType(value, 'a number');
      case 'boolean':
        return typeof value === 'boolean' ? undefined : this.wrongType(value, 'true or false');
    }
  }

  private visitObject(schema: StructuralSchema, value: Record<string, unknown>): void {
    const { properties, required = [], additionalProperties, minProperties = 0, maxProperties = Infinity } = schema;
    const names = Object.keys(value);
    if (names.length < minProperties) this.found('too-few', { got: `${names.length}`, allowed: `at least ${minProperties}` });
    if (names.length > maxProperties) this.found('too-many', { got: `${names.length}`, allowed: `at most ${maxProperties}` });
    for (const name of required) {
      if (value[name] === undefined || value[name] === null) this.within(name, () => this.found('required'));
    }
    for (const name of names) {
      if (value[name] === undefined) continue;
      const known = properties && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (known) this.descend(known, name, value[name]);
      else if (!schema['x-kubernetes-preserve-unknown-fields']) this.unknownField(name, Object.keys(properties ?? {}));
    }
  }

  private unknownField(name: string, known: string[]): void {
    const near = suggestionFor(name, known);
    this.within(name, () => this.found('unknown-field', near ? { fix: `did you mean ${near}?` } : { allowed: `known are ${listOf(known)}` }));
  }

  private visitArray({ items, minItems = 0, maxItems = Infinity, 'x-kubernetes-list-map-keys': keys, 'x-kubernetes-list-type': listType }: StructuralSchema, value: unknown[]): void {
    if (value.length < minItems) this.found('too-few', { got: `${value.length}`, allowed: `at least ${minItems}` });
    if (value.length > maxItems) this.found('too-many', { got: `${value.length}`, allowed: `at most ${maxItems}` });
    if (items) value.forEach((item, index) => this.descend(items, index, item));
    if (keys) this.checkUnique(value, keys.join(' and '), (item) => keys.map((name) => (item as Record<string, unknown> | undefined)?.[name]));
    if (listType === 'set') this.checkUnique(value, 'the value', (item) => [item]);
  }

  /** A list map has one item per key, a set one per value. */
  private checkUnique(items: unknown[], what: string, keyOf: (item: unknown) => unknown[]): void {
    const seen = new Set<string>();
    items.forEach((unresolved, index) => {
      const key = JSON.stringify(keyOf(resolved(unresolved)));
      if (seen.has(key)) this.within(index, () => this.found('duplicate', { got: `${what} ${key.slice(1, -1)}`, fix: 'keep one of them' }));
      seen.add(key);
    });
  }

  private visitString({ minLength = 0, maxLength = Infinity, pattern, enum: words }: StructuralSchema, value: string): void {
    if (value.includes('${Token[')) return;
    if (words && !words.includes(value)) this.notInEnum(words, value);
    if (value.length < minLength) this.found('too-short', { got: quote(value), allowed: `at least ${minLength} characters` });
    if (value.length > maxLength) this.found('too-long', { got: `${value.length} characters`, allowed: `at most ${maxLength}` });
    if (pattern && !regExpOf(pattern).test(value)) this.found('pattern', { got: quote(value), allowed: `it has to match ${pattern}` });
  }

  private notInEnum(allowed: readonly unknown[], value: string): void {
    const words = allowed.filter((word): word is string => typeof word === 'string' && word !== '');
    const near = suggestionFor(value, words);
    this.found('enum', { got: quote(value), allowed: `allowed are ${listOf(words)}`, fix: near && `did you mean ${near}?` });
  }

  private visitNumber({ minimum = -Infinity, maximum = Infinity }: StructuralSchema, value: number): void {
    if (value < minimum) this.found('too-small', { got: `${value}`, allowed: `at least ${minimum}` });
    if (value > maximum) this.found('too-large', { got: `${value}`, allowed: `at most ${maximum}` });
  }

  /** A value of the wrong type is named by its type alone: it may be anything, also something that must not be printed. */
  private wrongType(value: unknown, expected: string): void {
    this.found('type', { got: typeName(value), allowed: `it has to be ${expected}` });
  }

  private descend(schema: StructuralSchema, step: string | number, value: unknown): void {
    this.steps.push(step);
    this.visit(schema, value);
    this.steps.pop();
  }

  private within(step: string | number, report: () => void): void {
    this.steps.push(step);
    report();
    this.steps.pop();
  }

  private found(code: ProblemCode, rest: Omit<Problem, 'code' | 'path'> = {}): void {
    const path = this.steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    this.problems.push({ code, path: this.root === '' ? path.replace(/^\./, '') : `${this.root}${path}`, ...rest });
  }
}

/** The patterns of the schemas, compiled. There are as many as the schemas have. */
const regExps = new Map<string, RegExp>();

function regExpOf(pattern: string): RegExp {
  const known = regExps.get(pattern);
  if (known) return known;
  const compiled = new RegExp(pattern);
  regExps.set(pattern, compiled);
  return compiled;
}

/** What a value is, without saying what is in it. */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
