import { CommandError } from '../io.ts';

/** No manifest is deeper, and what is may be made to exhaust a reader. */
const MAX_DEPTH = 100;
/** JavaScript means something else by them. */
const UNWRITABLE = ['__proto__', 'constructor'];

/**
 * What YAML can say and JSON can, too. A member that is null is left out, as the API server does; an empty document is `undefined`.
 *
 * **Errors** `CommandError` for what has no counterpart.
 */
export function jsonOf(value: unknown, at: string, path = '', depth = 0): unknown {
  const fail = (problem: string): never => { throw new CommandError(`${at}: ${path === '' ? 'the document' : path} ${problem}`); };
  if (depth > MAX_DEPTH) return fail(`is nested more than ${MAX_DEPTH} levels deep`);
  switch (typeof value) {
    case 'string': case 'boolean': return value;
    case 'bigint': return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : fail('is a number too large to be kept exactly; write it in quotes');
    // Minus zero is zero in JSON.
    case 'number': return Number.isFinite(value) ? value + 0 : fail('is no number of JSON; write it in quotes');
    case 'object': break;
    default: return value === undefined ? undefined : fail('is of no type of JSON');
  }
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => jsonOf(item, at, `${path}[${index}]`, depth + 1) ?? fail(`holds nothing at ${index}; take the item out`));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return fail('is of no type of JSON; write it in quotes');
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => {
    if (UNWRITABLE.includes(name)) return fail(`has a field called ${name}, which cdk8s cannot write; take it out`);
    const json = jsonOf(member, at, path === '' ? name : `${path}.${name}`, depth + 1);
    return json === undefined ? [] : [[name, json]];
  }));
}
