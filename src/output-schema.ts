import { COMMON_RESULTS, OUTPUT_LIMITS } from './private/output-bounds';
import { type Problem, type ProblemCode, listOf, quote } from './private/problem';
import { suggestionFor } from './private/suggestion';

export { renderProblem } from './private/problem';

/** Why a pattern cannot be used; nothing if it can. */
export type PatternCheck = (pattern: string) => string | undefined;

/**
 * Everything that keeps a schema from being the declaration of a Task's outputs. What passes is JSON Schema without remote references, without
 * recursion, and of the keywords below: what an agent writes can then be checked in bounded time.
 *
 * `path` is where the properties of the schema are, as the user wrote it.
 */
export function checkOutputSchema(schema: unknown, { path = 'properties', checkPattern = portablePattern }: { path?: string; checkPattern?: PatternCheck } = {}): Problem[] {
  const bytes = byteLength(JSON.stringify(schema) ?? '');
  if (bytes > OUTPUT_LIMITS.schemaBytes) return [{ code: 'too-big', path: path === 'properties' ? '' : path, got: `a schema of ${bytes} bytes`, allowed: `at most ${OUTPUT_LIMITS.schemaBytes}` }];
  const check = new SchemaCheck(checkPattern);
  check.root(schema, path);
  return check.problems;
}

/** The names that a schema declares, and which of them always come. Only of a schema that passed. */
export function outputsIn(schema: object): { readonly names: readonly string[]; readonly required: readonly string[] } {
  const { properties, required = [] } = schema as { properties: object; required?: readonly string[] };
  return { names: Object.keys(properties), required };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
const OWN_PREFIX = 'taskwright-';
const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
const ROOT_KEYWORDS = ['$schema', '$defs', 'definitions', '$comment', 'title', 'description', 'type', 'properties', 'required', 'additionalProperties'];

type Kind = 'schema' | 'schemas' | 'schemaMap' | 'patternMap' | 'count' | 'number' | 'positive' | 'flag' | 'text' | 'texts' | 'textsMap' | 'pattern' | 'type' | 'values' | 'value' | 'ref';

/** Each keyword, and what its value has to be. What is not here is refused, so that nothing is asked for that nobody checks. */
const KEYWORDS: Readonly<Record<string, Kind>> = {
  $ref: 'ref', $defs: 'schemaMap', definitions: 'schemaMap', $comment: 'text',
  title: 'text', description: 'text', default: 'value', examples: 'values', deprecated: 'flag', readOnly: 'flag', writeOnly: 'flag',
  type: 'type', enum: 'values', const: 'value',
  minimum: 'number', maximum: 'number', exclusiveMinimum: 'number', exclusiveMaximum: 'number', multipleOf: 'positive',
  minLength: 'count', maxLength: 'count', pattern: 'pattern', format: 'text',
  items: 'schema', prefixItems: 'schemas', minItems: 'count', maxItems: 'count', uniqueItems: 'flag',
  properties: 'schemaMap', patternProperties: 'patternMap', additionalProperties: 'schema', propertyNames: 'schema',
  required: 'texts', dependentRequired: 'textsMap', minProperties: 'count', maxProperties: 'count',
  allOf: 'schemas', anyOf: 'schemas', oneOf: 'schemas', not: 'schema',
};

interface Place {
  /** As the user wrote it. */
  readonly path: string;
  /** As a `$ref` says it. */
  readonly pointer: string;
  readonly depth: number;
}

/** One walk over a schema, and a second over its references. */
class SchemaCheck {
  public readonly problems: Problem[] = [];
  /** Every schema within, by its pointer, with the pointers that it leads to. */
  private readonly schemas = new Map<string, Set<string>>();
  private readonly references: { readonly from: Place; readonly to: string }[] = [];

  public constructor(private readonly checkPattern: PatternCheck) {}

  public root(schema: unknown, path: string): void {
    if (!isRecord(schema)) return this.wrong({ path: '', pointer: '', depth: 0 }, { got: nameOf(schema), allowed: 'it has to be an object' });
    const { properties, required, type, additionalProperties, $schema } = schema;
    const at = (keyword: string): Place => ({ path: keyword === 'properties' ? path : keyword, pointer: `/${keyword}`, depth: 1 });
    if ($schema !== undefined && !DIALECT.test(String($schema))) this.wrong(at('$schema'), { got: quote($schema), allowed: 'it has to be https://json-schema.org/draft/2020-12/schema, or left out' });
    if (type !== 'object') this.wrong(at('type'), { got: quote(type), allowed: 'outputs are the properties of an object', fix: 'write "type": "object"' });
    if (additionalProperties !== undefined && additionalProperties !== false) this.wrong(at('additionalProperties'), { allowed: 'only what has a name in properties becomes a result', fix: 'leave it out' });
    for (const keyword of Object.keys(schema)) {
      if (!ROOT_KEYWORDS.includes(keyword)) this.found('unknown-field', at(keyword), { allowed: `known beside properties are ${listOf(ROOT_KEYWORDS)}` });
    }
    if (!isRecord(properties)) return this.wrong(at('properties'), { got: nameOf(properties), allowed: 'it has to be an object of schemas' });
    this.names(Object.keys(properties), at('properties'));
    this.schemas.set('', new Set());
    for (const keyword of ['properties', '$defs', 'definitions'] as const) {
      if (schema[keyword] !== undefined) this.value('schemaMap', schema[keyword], at(keyword), '');
    }
    if (required !== undefined) this.value('texts', required, at('required'), '');
    for (const name of isTexts(required) ? required : []) {
      if (!Object.hasOwn(properties, name)) this.wrong(at('required'), { got: quote(name), allowed: `properties has ${listOf(Object.keys(properties))}` });
    }
    this.followReferences();
  }

  private names(names: readonly string[], place: Place): void {
    if (names.length === 0) this.found('too-few', place, { got: '0', allowed: 'at least 1' });
    if (names.length > OUTPUT_LIMITS.outputs) this.found('too-many', place, { got: `${names.length}`, allowed: `at most ${OUTPUT_LIMITS.outputs}` });
    for (const name of names) {
      const here = step(place, name);
      if (COMMON_RESULTS.includes(name) || name.startsWith(OWN_PREFIX)) {
        this.found('reserved-name', here, { got: quote(name), allowed: `${listOf(COMMON_RESULTS)} and names that begin with ${OWN_PREFIX} are results of every agent`, fix: 'rename yours' });
      } else if (!NAME.test(name)) {
        this.found('invalid-name', here, { got: quote(name), allowed: 'it has to be of at most 63 letters, digits, _ and -, beginning with a letter or _' });
      }
    }
  }

  private schema(schema: unknown, place: Place, parent: string): void {
    this.schemas.get(parent)?.add(place.pointer);
    this.schemas.set(place.pointer, new Set());
    if (typeof schema === 'boolean') return;
    if (!isRecord(schema)) return this.wrong(place, { got: nameOf(schema), allowed: 'a schema is an object, true or false' });
    if (place.depth > OUTPUT_LIMITS.schemaDepth) return this.tooDeep(place);
    for (const [keyword, value] of Object.entries(schema)) {
      const here = step(place, keyword);
      const kind = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      if (kind !== undefined) this.value(kind, value, here, place.pointer);
      else this.unknownKeyword(keyword, here);
    }
  }

  private unknownKeyword(keyword: string, place: Place): void {
    const near = suggestionFor(keyword, Object.keys(KEYWORDS));
    const fix = near === undefined ? 'leave it out, or say it in the description' : `did you mean ${near}?`;
    this.found('unknown-field', place, { allowed: 'it is no keyword of JSON Schema that outputs are checked by', fix });
  }

  private value(kind: Kind, value: unknown, place: Place, schema: string): void {
    switch (kind) {
      case 'schema': return this.schema(value, place, schema);
      case 'schemas': return isFilled(value) ? value.forEach((item, index) => this.schema(item, step(place, index), schema)) : this.wrong(place, { got: nameOf(value), allowed: 'it has to be a list of schemas, one at least' });
      case 'patternMap': case 'schemaMap': {
        if (!isRecord(value)) return this.wrong(place, { got: nameOf(value), allowed: 'it has to be an object of schemas' });
        for (const [name, item] of Object.entries(value)) {
          if (kind === 'patternMap') this.pattern(name, step(place, name));
          this.schema(item, step(place, name), isDefinitions(place) ? '' : schema);
        }
        return;
      }
      case 'ref': return this.reference(value, place, schema);
      case 'pattern': return typeof value === 'string' ? this.pattern(value, place) : this.wrong(place, { got: nameOf(value), allowed: 'it has to be a text' });
      case 'values':
        if (!isFilled(value)) return this.wrong(place, { got: nameOf(value), allowed: 'it has to be a list, with one value at least' });
        return this.plain(value, place);
      case 'value': return this.plain(value, place);
      case 'textsMap':
        if (!isRecord(value)) return this.wrong(place, { got: nameOf(value), allowed: 'it has to be an object of lists of texts' });
        return Object.entries(value).forEach(([name, item]) => this.value('texts', item, step(place, name), schema));
      default: {
        const { holds, allowed } = SIMPLE[kind];
        if (!holds(value)) this.wrong(place, { got: typeof value === 'number' ? String(value) : nameOf(value), allowed });
      }
    }
  }

  /** Any JSON, in bounded depth. */
  private plain(value: unknown, place: Place): void {
    if (typeof value !== 'object' || value === null) return;
    if (place.depth > OUTPUT_LIMITS.schemaDepth) return this.tooDeep(place);
    for (const [name, item] of Object.entries(value)) this.plain(item, step(place, name));
  }

  private pattern(pattern: string, place: Place): void {
    const reason = this.checkPattern(pattern);
    if (reason !== undefined) this.found('pattern', place, { got: quote(pattern), allowed: `it has to be a regular expression of RE2; ${reason}` });
  }

  private reference(value: unknown, place: Place, schema: string): void {
    if (typeof value !== 'string' || !value.startsWith('#')) return this.wrong(place, { got: quote(value), allowed: 'a reference leads to a place in the same schema, such as #/$defs/step' });
    const to = pointerOf(value);
    this.schemas.get(schema)?.add(to);
    this.references.push({ from: place, to });
  }

  private followReferences(): void {
    const round = inCircles(this.schemas);
    for (const { from, to } of this.references) {
      const got = quote(`#${to}`);
      if (!this.schemas.has(to)) this.wrong(from, { got, allowed: 'there is no schema at that place' });
      else if (round.has(to) && round.has(parentOf(from.pointer))) this.wrong(from, { got, allowed: 'it leads back to itself', fix: 'write out as many levels as are needed' });
    }
  }

  private tooDeep(place: Place): void {
    this.wrong(place, { allowed: `it is more than ${OUTPUT_LIMITS.schemaDepth} levels deep` });
  }

  private wrong(place: Place, rest: Pick<Problem, 'got' | 'allowed' | 'fix'>): void {
    this.found('invalid-schema', place, rest);
  }

  private found(code: ProblemCode, { path }: Place, rest: Pick<Problem, 'got' | 'allowed' | 'fix'>): void {
    this.problems.push({ code, path, ...rest });
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const SIMPLE: Readonly<Record<'count' | 'number' | 'positive' | 'flag' | 'text' | 'texts' | 'type', { readonly holds: (value: unknown) => boolean; readonly allowed: string }>> = {
  count: { holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0, allowed: 'it has to be a whole number, 0 or more' },
  number: { holds: isNumber, allowed: 'it has to be a number' },
  positive: { holds: (value) => isNumber(value) && value > 0, allowed: 'it has to be a number above 0' },
  flag: { holds: (value) => typeof value === 'boolean', allowed: 'it has to be true or false' },
  text: { holds: (value) => typeof value === 'string', allowed: 'it has to be a text' },
  texts: { holds: (value) => isTexts(value) && new Set(value).size === value.length, allowed: 'it has to be a list of different texts' },
  type: { holds: isType, allowed: `it has to be one of ${TYPES.join(', ')}, or a list of some` },
};

function isType(value: unknown): boolean {
  const types = Array.isArray(value) ? value : [value];
  return types.length > 0 && new Set(types).size === types.length && types.every((type) => TYPES.includes(type as string));
}

/** What both JavaScript and RE2 take, as far as can be told without RE2: the operator asks RE2 itself. */
function portablePattern(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern)) return 'it knows no (?=…), (?!…), (?<=…) or (?<!…)';
  if (/(?:^|[^\\])(?:\\\\)*\\(?:[1-9]|k<)/.test(pattern)) return 'it knows no references to what was found before';
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: .*\/u?: /, '').toLowerCase();
  }
}

/** The nodes of a graph that lie in a circle, or on a way from one to another. */
function inCircles(graph: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const back = new Map([...graph.keys()].map((node) => [node, new Set<string>()]));
  for (const [node, next] of graph) next.forEach((other) => back.get(other)?.add(node));
  const left = new Set(graph.keys());
  for (const [ahead, behind] of [[graph, back], [back, graph]]) {
    const open = new Map([...left].map((node) => [node, [...ahead.get(node)!].filter((other) => left.has(other)).length]));
    const ends = [...left].filter((node) => open.get(node) === 0);
    for (const node of ends) {
      left.delete(node);
      for (const before of behind.get(node)!) {
        open.set(before, open.get(before)! - 1);
        if (open.get(before) === 0) ends.push(before);
      }
    }
  }
  return left;
}

function step({ path, pointer, depth }: Place, name: string | number): Place {
  const shown = typeof name === 'number' ? `[${name}]` : `.${name}`;
  return { path: `${path}${shown}`, pointer: `${pointer}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`, depth: depth + 1 };
}

/** Definitions are in a schema, and not part of it until something refers to them. */
function isDefinitions({ pointer }: Place): boolean {
  return /\/(?:\$defs|definitions)$/.test(pointer);
}

function pointerOf(reference: string): string {
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return reference.slice(1);
  }
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What a value is, without saying what is in it. */
function nameOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
