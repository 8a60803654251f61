import type { Problem } from './problem';
import { ruleFunctions } from './rules';
import type { StructuralSchema } from './schemas';
import { resolved } from './structural';

/**
 * The rules of its kind that a value breaks, as the API server finds them in what has the right structure. That fills in defaults before; no rule of ours comes
 * out otherwise by one, and the corpus of `schema/test/fixtures` would tell.
 *
 * Of a value with a token of another toolkit (`${Token[…]}`) nobody knows yet what it will be; it is left to the server.
 */
export function checkRules(schema: StructuralSchema, value: unknown, path: string): Problem[] {
  const tokens: string[] = [];
  const written = writtenOf(value, tokens);
  return tokens.length > 0 ? [] : brokenRules(schema, written, path);
}

/** What will be written: values behind tokens of cdk8s, and nothing for a null. Loops, since every spec of a program passes here. */
function writtenOf(unresolved: unknown, tokens: string[]): unknown {
  const value = resolved(unresolved);
  if (typeof value === 'string' && value.includes('${Token[')) tokens.push(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => writtenOf(item, tokens));
  // Without a prototype, for which a name of the user would be something else.
  const written = Object.create(null) as { [name: string]: unknown };
  for (const name of Object.keys(value)) {
    const member = writtenOf((value as typeof written)[name], tokens);
    if (member !== undefined && member !== null) written[name] = member;
  }
  return written;
}

function brokenRules({ rules = [], properties = {}, additionalProperties, items }: StructuralSchema, value: unknown, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const { number, message } of rules) if (!holds(number, value)) problems.push({ code: 'rule', path, allowed: message });
  if (typeof value !== 'object' || value === null) return problems;
  if (Array.isArray(value)) return items ? [...problems, ...value.flatMap((item, index) => brokenRules(items, item, `${path}[${index}]`))] : problems;
  for (const name of Object.keys(value)) {
    const part = properties[name] ?? additionalProperties;
    if (part && hasRules(part)) problems.push(...brokenRules(part, (value as Record<string, unknown>)[name], `${path}.${name}`));
  }
  return problems;
}

const ruled = new WeakMap<StructuralSchema, boolean>();

/** Whether there is a rule for the value, or for anything in it. */
function hasRules(schema: StructuralSchema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const { rules = [], properties = {}, additionalProperties, items } = schema;
  const has = rules.length > 0 || [...Object.values(properties), additionalProperties, items].some((part) => part !== undefined && hasRules(part));
  ruled.set(schema, has);
  return has;
}

let functions: ReturnType<typeof ruleFunctions> | undefined;

/** A rule that cannot be evaluated is broken, as it is for the server. */
function holds(number: number, self: unknown): boolean {
  try {
    return (functions ??= ruleFunctions())[number]!(self) === true;
  } catch {
    return false;
  }
}
