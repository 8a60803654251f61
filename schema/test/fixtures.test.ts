import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from 'vitest';
import { type StructuralSchema, type ValidationRule, rootSchema, storedVersion } from '../src/index.ts';
import { definitions } from '../src/kubernetes/index.ts';
import { fixtureSuites } from './fixtures/index.ts';

/** What only the API server checks, since zod has no word for it. */
const DUPLICATE = 'duplicate';

describe.each(fixtureSuites)('$kind.kind $version', ({ kind, version: name, fixtures, forbidden = [] }) => {
  const version = kind.versions.find((each) => each.name === name) ?? storedVersion(kind.versions);
  const root = rootSchema(kind.kind, kind.description, version);
  const rules = [...rulesOf(root, '')];
  const messages = new Set(rules.map(({ message }) => message));
  const isStructural = (rule: string) => rule !== DUPLICATE && !messages.has(rule);

  test.each(fixtures)('zod and CEL decide alike about $it', (fixture) => {
    const { object, before } = fixture;
    const issues = new Set(version.schema.safeParse(object).error?.issues.map(({ path }) => dotted(path)));
    if (!fixture.valid && isStructural(fixture.rule)) {
      expect([...issues]).toEqual(isInKubernetesType(root, fixture.path) ? [] : [fixture.path]);
      return; // the server runs rules on what has the right structure, and on nothing else
    }
    expect([...issues]).toEqual([]);
    const broken = !fixture.valid && messages.has(fixture.rule) ? [{ path: fixture.path, message: fixture.rule }] : [];
    const besides = fixture.valid ? [] : (fixture.besides ?? []).map(({ path, rule: message }) => ({ path, message }));
    expect(brokenRules(root, object, before).sort(byPath)).toEqual([...broken, ...besides].sort(byPath));
  });

  test('a fixture breaks each rule', () => {
    const brokenIn = new Set(fixtures.map((fixture) => (fixture.valid ? '' : `${indexless(fixture.path)}: ${fixture.rule}`)));
    expect(rules.map(({ path, message }) => `${path}: ${message}`).filter((rule) => !brokenIn.has(rule) && !NEVER_BROKEN.some((message) => rule.endsWith(message)))).toEqual([]);
  });

  test('a fixture breaks each bound', () => {
    const brokenIn = new Set(fixtures.map((fixture) => (fixture.valid ? '' : `${indexless(fixture.path)}: ${fixture.rule}`)));
    expect([...boundsOf(root, '')].filter((bound) => !brokenIn.has(bound))).toEqual([]);
  });

  test('a fixture satisfies each rule and each bound with a value that it judges', () => {
    const accepted = fixtures.filter(({ valid }) => valid).map(({ object }) => object);
    const isJudged = (path: string) => accepted.some((object) => valuesAt(object, path).length > 0);
    const judged = [
      ...rules.map(({ path, message }) => ({ path, name: `${path}: ${message}` })),
      ...[...boundsOf(root, '')].map((name) => ({ path: name.slice(0, name.lastIndexOf(': ')), name })),
    ];
    expect(judged.filter(({ path }) => !isJudged(path) && !forbidden.some((field) => path.startsWith(field))).map(({ name }) => name)).toEqual([]);
  });

  test('what is optional says what happens when it is left out', () => {
    const silent = [...optionalFields(root.properties!.spec!, 'spec')].filter(([, { description = '' }]) => !/^Deprecated: |Left out: /.test(description));
    expect(silent.map(([path]) => path)).toEqual([]);
  });
});

test('the corpus is large enough to be one', () => {
  expect(fixtureSuites.flatMap(({ fixtures }) => fixtures).length).toBeGreaterThanOrEqual(150);
});

/** A mapping never changes the length of a list: the reference lets duplicates through, and so do we. */
const NEVER_BROKEN = ['names of remotes must be unique', 'names of contextSources must be unique'];

const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
class Quantity {
  readonly value: number;
  constructor(text: string) { this.value = Number.parseFloat(text); }
}
cel.registerType('Quantity', { ctor: Quantity, fields: {} });
cel.registerFunction('quantity(string): Quantity', (text: string) => new Quantity(text));
cel.registerFunction('Quantity.isLessThan(Quantity): bool', (one: Quantity, other: Quantity) => one.value < other.value);

function brokenRules(schema: StructuralSchema, value: unknown, oldValue: unknown, path = ''): { path: string; message: string }[] {
  if (value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => !rule.includes('oldSelf') || oldValue !== undefined)
    .filter(({ rule }) => !holds(rule, { self: celValue(value), oldSelf: celValue(oldValue) }))
    .map(({ message }) => ({ path, message }));
  const parts = Array.isArray(value)
    ? value.flatMap((item, index) => brokenRules(schema.items!, item, undefined, `${path}[${index}]`))
    : Object.entries(schema.properties ?? {}).flatMap(([name, property]) => (
      brokenRules(property, memberOf(value, name), memberOf(oldValue, name), path === '' ? name : `${path}.${name}`)
    ));
  return [...own, ...parts];
}

/** A rule that cannot be evaluated is broken: that is how one refuses a time zone that there is not. */
function holds(rule: string, variables: Record<string, unknown>): boolean {
  try {
    return cel.evaluate(rule, variables) === true;
  } catch {
    return false;
  }
}

const byPath = (one: { path: string; message: string }, other: { path: string; message: string }) => `${one.path} ${one.message}`.localeCompare(`${other.path} ${other.message}`);

function memberOf(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | undefined)?.[name];
}

/** CEL tells whole numbers from others by their type. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, celValue(member)]));
}

function* fieldsOf(schema: StructuralSchema, path: string): Generator<[path: string, schema: StructuralSchema]> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) yield [path === '' ? name : `${path}.${name}`, property];
  if (schema.items) yield [`${path}[]`, schema.items];
}

function* rulesOf(schema: StructuralSchema, path: string): Generator<ValidationRule & { path: string }> {
  for (const rule of schema['x-kubernetes-validations'] ?? []) yield { ...rule, path };
  for (const [at, field] of fieldsOf(schema, path)) yield* rulesOf(field, at);
}

const BOUNDS = ['enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const;

/** Every bound of ours as `path: keyword`. Types of Kubernetes have their own tests, at Kubernetes. */
function* boundsOf(schema: StructuralSchema, path: string): Generator<string> {
  for (const keyword of BOUNDS) if (schema[keyword] !== undefined) yield `${path}: ${keyword}`;
  if (schema['x-kubernetes-list-type'] !== undefined) yield `${path}[]: ${DUPLICATE}`;
  if (isKubernetes(schema)) return;
  for (const name of schema.required ?? []) yield `${path === '' ? name : `${path}.${name}`}: required`;
  for (const [at, field] of fieldsOf(schema, path)) yield* boundsOf(field, at);
}

/** What stands at `spec.files[].path`: several values where lists are on the way. */
function valuesAt(value: unknown, path: string): unknown[] {
  return path.split(/\.|(?=\[\])/).filter(Boolean).reduce<unknown[]>((values, step) => values.flatMap((each) => {
    const found = step === '[]' ? (Array.isArray(each) ? each as unknown[] : []) : [memberOf(each, step)];
    return found.filter((member) => member !== undefined);
  }), [value]);
}

function* optionalFields(schema: StructuralSchema, path: string): Generator<[path: string, schema: StructuralSchema]> {
  if (isKubernetes(schema)) return;
  for (const [at, field] of fieldsOf(schema, path)) {
    if (!schema.required?.includes(at.slice(path.length + 1)) && !schema.items) yield [at, field];
    yield* optionalFields(field, at);
  }
}

/** Types of our own have a title of their own, or stand for a Kubernetes type that is written out here. */
function isKubernetes({ title, type, properties }: StructuralSchema): boolean {
  return title !== undefined && type === 'object' && properties !== undefined && KUBERNETES.has(title);
}

const KUBERNETES = new Set(Object.keys(definitions).map((name) => name.slice(name.lastIndexOf('.') + 1)).filter((title) => title !== 'Condition'));

function isInKubernetesType(schema: StructuralSchema, path: string): boolean {
  let level: StructuralSchema | undefined = schema;
  for (const name of path.replaceAll(/\[\d+\]/g, '.[]').split('.')) {
    if (level === undefined || isKubernetes(level) || level.title === 'Quantity') return true;
    level = name === '[]' ? level.items : level.properties?.[name] ?? level.additionalProperties;
  }
  return level?.title === 'Quantity';
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').slice(1);
}

function indexless(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]');
}
