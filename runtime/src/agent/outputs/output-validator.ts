import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { Redact } from '../redaction.ts';
import { oneLine, StepError } from '../step-error.ts';

/** Finds what of a value is not as a schema says: one line each, the first ones. */
export type OutputValidator = (value: unknown) => string[];

/** An agent that is told twenty mistakes has enough to correct. */
const MOST_TOLD = 20;
const LONGEST_QUOTE = 60;

/**
 * Compiles the schema of a Task's outputs. What a pattern looks at is bounded in time by RE2; nothing is fetched, and a `format` is not checked.
 *
 * **Errors:** `StepError` for a schema that cannot be compiled. The operator lets none such through.
 */
export function outputValidator(schema: object, redact: Redact): OutputValidator {
  const ajv = new Ajv2020({
    // The operator has held the schema against more than the meta-schema, which takes a Pod a tenth of a second to compile.
    meta: false, validateSchema: false,
    allErrors: true, verbose: true, validateFormats: false, inlineRefs: false, logger: false,
    // Strict about keywords, which are all known; not about types that a part does not repeat.
    strictSchema: true, strictNumbers: true, strictTypes: false, strictTuples: false, strictRequired: false, allowMatchingProperties: true,
    code: { regExp: re2 },
  });
  let validate: ValidateFunction;
  try {
    const { $schema: _, ...rest } = schema as { readonly $schema?: string };
    // Only what is declared becomes a result.
    validate = ajv.compile({ ...rest, additionalProperties: false });
  } catch (error) {
    throw new StepError(`the schema of the outputs cannot be used: ${oneLine((error as Error).message)}`, 2);
  }
  return (value) => {
    try {
      return validate(value) ? numbersIn(value).map(redact) : told(validate.errors ?? [], redact);
    } catch (error) {
      return [`cannot be checked: ${oneLine((error as Error).message)}`];
    }
  };
}

const re2 = Object.assign((pattern: string) => RE2JS.compile(pattern), { code: 'undefined' });

function told(errors: readonly ErrorObject[], redact: Redact): string[] {
  // That none of several fits follows from why each does not.
  const lines = [...new Set(errors.filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames').map((error) => redact(violation(error, redact))))];
  return lines.length > MOST_TOLD ? [...lines.slice(0, MOST_TOLD), `and ${lines.length - MOST_TOLD} more`] : lines;
}

function violation({ instancePath, keyword, params, data, schema }: ErrorObject, redact: Redact): string {
  const at = (name?: unknown) => pathOf(redact(instancePath), name === undefined ? name : redact(String(name)));
  // Before it is shortened: half a secret would not be known for one.
  const shown = (value: unknown) => (typeof value === 'object' && value !== null ? kindOf(value) : quote(typeof value === 'string' ? redact(value) : value));
  switch (keyword) {
    case 'required':
      return `${at(params['missingProperty'])} is missing`;
    case 'dependentRequired':
      return `${at(params['missingProperty'])} is missing, since ${at(params['property'])} is there`;
    case 'additionalProperties':
      return `${at(params['additionalProperty'])} is not asked for; leave it out`;
    case 'type':
      return `${at()} is ${kindOf(data)}; it has to be ${[params['type']].flat().map((type) => KINDS[type as string] ?? type).join(' or ')}`;
    case 'enum':
      return `${at()} is ${shown(data)}; it has to be one of ${oneLine((params['allowedValues'] as unknown[]).map(shown).join(', '), 300)}`;
    case 'const':
      return `${at()} is ${shown(data)}; it has to be ${shown(params['allowedValue'])}`;
    case 'pattern':
      return `${at()} is ${shown(data)}; it has to match ${oneLine(String(schema), 200)}`;
    case 'minLength': case 'maxLength': return `${at()} has ${[...(data as string)].length} characters; ${BOUNDS[keyword]} ${String(schema)}`;
    case 'minItems': case 'maxItems': return `${at()} has ${(data as unknown[]).length} items; ${BOUNDS[keyword]} ${String(schema)}`;
    case 'minProperties': case 'maxProperties': return `${at()} has ${Object.keys(data as object).length} fields; ${BOUNDS[keyword]} ${String(schema)}`;
    case 'minimum': case 'maximum': case 'exclusiveMinimum': case 'exclusiveMaximum': case 'multipleOf': return `${at()} is ${shown(data)}; it has to be ${BOUNDS[keyword]} ${String(schema)}`;
    case 'items': return `${at()} has ${(data as unknown[]).length} items; at most ${String(params['limit'])}`;
    case 'uniqueItems':
      return `${at()} has the same item twice, at ${params['j']} and ${params['i']}`;
    case 'false schema':
      return `${at()} is not asked for; leave it out`;
    case 'anyOf':
      return `${at()} is none of what it may be`;
    case 'oneOf':
      return `${at()} has to be exactly one of what it may be`;
    default:
      return `${at()} is not as the schema says (${keyword})`;
  }
}

const KINDS: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', integer: 'a whole number', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null' };

const BOUNDS: Readonly<Record<string, string>> = {
  minLength: 'at least', minItems: 'at least', minProperties: 'at least', minimum: 'at least', exclusiveMinimum: 'more than',
  maxLength: 'at most', maxItems: 'at most', maxProperties: 'at most', maximum: 'at most', exclusiveMaximum: 'less than', multipleOf: 'a multiple of',
};

/** Of a text a bounded piece. */
function quote(value: unknown): string {
  return oneLine(typeof value === 'string' ? JSON.stringify(oneLine(value, LONGEST_QUOTE)) : String(value), LONGEST_QUOTE + 10);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  return KINDS[typeof value] ?? typeof value;
}

/** `steps[2].title`; of the whole, `the file`. */
function pathOf(pointer: string, name?: unknown): string {
  const steps = pointer.split('/').slice(1).map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  const path = [...steps, ...(name === undefined ? [] : [String(name)])].map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('');
  return path === '' ? 'the file' : oneLine(path.replace(/^\./, ''), 120);
}

/** JavaScript rounds them, and a result that is another number than the one that was written is wrong. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? [`${pathOf(path)} has more digits than can be kept; write it as a text, or shorter`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => numbersIn(item, `${path}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`)).slice(0, MOST_TOLD);
}
