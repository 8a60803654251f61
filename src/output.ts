import type { Problem } from './private/problem';
import { checkMade } from './private/shape';
import { typeName } from './private/structural';

/** What every output may say. */
export interface OutputOptions {
  /**
   * What it means, in words for the agent that has to leave it.
   *
   * @default - its name has to tell
   */
  readonly description?: string;
  /**
   * The agent may leave it out.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** What a text has to be. */
export interface TextOutputOptions extends OutputOptions {
  /**
   * How many characters it has at least.
   *
   * @default 1
   */
  readonly minLength?: number;
  /**
   * How many characters it has at most.
   *
   * @default - what all outputs of a Task may hold together, 32 KiB
   */
  readonly maxLength?: number;
  /**
   * A regular expression of RE2 that is found in it. Anchor it with `^` and `$` to mean the whole text.
   *
   * @default - any text
   */
  readonly pattern?: string;
}

/** What a number has to be. */
export interface NumberOutputOptions extends OutputOptions {
  /**
   * The smallest one.
   *
   * @default - none
   */
  readonly minimum?: number;
  /**
   * The largest one.
   *
   * @default - none
   */
  readonly maximum?: number;
}

/** What a list has to be. */
export interface ListOutputOptions extends OutputOptions {
  /**
   * What each item is. That it is optional means nothing here.
   *
   * @default - a text
   */
  readonly of?: Output;
  /**
   * How many items it has at least.
   *
   * @default 0
   */
  readonly minItems?: number;
  /**
   * How many items it has at most.
   *
   * @default - what all outputs of a Task may hold together, 32 KiB
   */
  readonly maxItems?: number;
}

/**
 * One thing that an agent has to leave, with a type. What it leaves is checked in its Pod; if it is not as declared, the agent is asked once to correct it,
 * and then the Task fails.
 *
 * @example
 *
 * const plan = new Task(this, 'plan', {
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   prompt: 'Plan how to get rid of the second rounding.',
 *   outputs: {
 *     steps: Output.list({ description: 'What to do, one step per item', minItems: 1 }),
 *     risky: Output.boolean({ description: 'Whether a price may change' }),
 *   },
 * });
 */
export abstract class Output {
  /** A text. It is a result as it is. */
  public static text(options: TextOutputOptions = {}): Output {
    const { minLength = 1, maxLength, pattern } = options;
    return new Typed(options, () => ({ type: 'string', minLength, maxLength, pattern }));
  }

  /** A number. */
  public static number(options: NumberOutputOptions = {}): Output {
    return new Typed(options, () => ({ type: 'number', minimum: options.minimum, maximum: options.maximum }));
  }

  /** A whole number. */
  public static integer(options: NumberOutputOptions = {}): Output {
    return new Typed(options, () => ({ type: 'integer', minimum: options.minimum, maximum: options.maximum }));
  }

  /** `true` or `false`. As a result it is one of these words, which a template compares: `{{if eq .Deps.plan.Results.risky "true"}}`. */
  public static boolean(options: OutputOptions = {}): Output {
    return new Typed(options, () => ({ type: 'boolean' }));
  }

  /** A list. As a result it is JSON in one line. */
  public static list(options: ListOutputOptions = {}): Output {
    const { of = Output.text(), minItems, maxItems } = options;
    return new Typed(options, (pointer) => ({ type: 'array', items: of._schema(`${pointer}/items`), minItems, maxItems }), (path) => made(of, `${path}.of`));
  }

  /**
   * An object with these fields and no others. As a result it is JSON in one line.
   *
   * @param fields what it has, by name
   * @param options what it means
   */
  public static object(fields: { [name: string]: Output }, options: OutputOptions = {}): Output {
    return new Typed(options, (pointer) => objectSchema(fields, pointer), (path) => checkOutputs(fields, path));
  }

  /**
   * One of these texts.
   *
   * @param values the texts
   * @param options what they mean
   */
  public static oneOf(values: string[], options: OutputOptions = {}): Output {
    return new Typed(options, () => ({ enum: values }));
  }

  /**
   * Whatever is valid for a JSON Schema (2020-12). Not all of its keywords are taken: those that are not are named at synth. A `format` is told to the
   * agent and not checked.
   *
   * @param schema the schema
   * @param options what it means
   */
  public static schema(schema: { [keyword: string]: unknown }, options: OutputOptions = {}): Output {
    return new Typed(options, (pointer) => moved(schema, pointer), (path) => {
      if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return [];
      return [{ code: 'type', path, got: schema === undefined || schema === null ? 'nothing' : typeName(schema), allowed: 'it has to be a JSON Schema, which is an object' }];
    });
  }

  /** @internal */
  public abstract readonly _isOptional: boolean;

  /** As JSON Schema, at this place of a larger one. @internal */
  public abstract _schema(pointer: string): object;

  /** What cannot be rendered. @internal */
  public abstract _checkShape(path: string): Problem[];
}

class Typed extends Output {
  public readonly _isOptional: boolean;

  public constructor(
    private readonly options: OutputOptions,
    private readonly schemaAt: (pointer: string) => object,
    private readonly checkParts: (path: string) => Problem[] = () => [],
  ) {
    super();
    this._isOptional = options.optional === true;
  }

  public _schema(pointer: string): object {
    const { description } = this.options;
    return { ...this.schemaAt(pointer), ...(description === undefined ? {} : { description }) };
  }

  public _checkShape(path: string): Problem[] {
    return this.checkParts(path);
  }
}

/** What a Task declares, as one schema; `undefined` for a Task that declares nothing. @internal */
export function outputSchemaOf(outputs: { [name: string]: Output }): object | undefined {
  if (Object.keys(outputs).length === 0) return undefined;
  // As it is written: without what is undefined.
  return JSON.parse(JSON.stringify(objectSchema(outputs, ''))) as object;
}

/** What of a set of outputs was made by no factory. @internal */
export function checkOutputs(outputs: unknown, path: string): Problem[] {
  if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs)) {
    return [{ code: 'type', path, got: typeName(outputs), allowed: 'it has to be an object, with an Output for each name' }];
  }
  return Object.entries(outputs).flatMap(([name, output]) => made(output as Output, `${path}.${name}`));
}

function made(output: Output, path: string): Problem[] {
  const problems = checkMade(output, '_schema', 'Output.text() or another', path);
  return problems.length > 0 ? problems : output._checkShape(path);
}

function objectSchema(fields: { [name: string]: Output }, pointer: string): object {
  const required = Object.keys(fields).filter((name) => !fields[name]._isOptional);
  const properties = Object.entries(fields).map(([name, field]) => [name, field._schema(`${pointer}/properties/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`)]);
  return { type: 'object', properties: Object.fromEntries(properties), required: required.length > 0 ? required : undefined, additionalProperties: false };
}

/** A schema as a part of another one: what it says of the whole is said there, and its references lead to where it is. */
function moved({ $schema, ...schema }: { [keyword: string]: unknown }, pointer: string): object {
  return { ...($schema === undefined || is2020($schema) ? {} : { $schema }), ...(withReferencesAt(schema, pointer) as object) };
}

/** Where a schema has schemas by names of its author's choice, which may be called like keywords. */
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
/** Where it has values, which are no schemas, whatever they look like. */
const VALUES = ['const', 'enum', 'default', 'examples'];

function withReferencesAt(schema: unknown, pointer: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withReferencesAt(item, pointer));
  return mapValues(schema, (keyword, value) => {
    if (keyword === '$ref' && typeof value === 'string' && value.startsWith('#')) return `#${pointer}${value.slice(1)}`;
    if (VALUES.includes(keyword)) return value;
    return MAPS.includes(keyword) ? mapValues(value, (_, item) => withReferencesAt(item, pointer)) : withReferencesAt(value, pointer);
  });
}

function mapValues(object: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return object;
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}

function is2020(dialect: unknown): boolean {
  return /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(String(dialect));
}
