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

/** What will be written: values behind tokens of cdk8s, and nothing for a null. */
function writtenOf(unresolved: unknown, tokens: string[]): unknown {
  const value = resolved(unresolved);
  if (typeof value === 'string' && value.includes('${Token[')) tokens.push(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => writtenOf(item, tokens));
  const members = Object.entries(value).map(([name, member]) => [name, writtenOf(member, tokens)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined && member !== null));
}

function brokenRules({ rules = [], properties = {}, additionalProperties, items }: StructuralSchema, value: unknown, path: string): Problem[] {
  const own = rules.filter(({ number }) => !holds(number, value)).map(({ message }): Problem => ({ code: 'rule', path, allowed: message }));
  if (typeof value !== 'object' || value === null) return own;
  if (Array.isArray(value)) return items ? [...own, ...value.flatMap((item, index) => brokenRules(items, item, `${path}[${index}]`))] : own;
  const parts = Object.entries(value).flatMap(([name, member]) => {
    const part = properties[name] ?? additionalProperties;
    return part ? brokenRules(part, member, `${path}.${name}`) : [];
  });
  return [...own, ...parts];
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
