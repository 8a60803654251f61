import { JSONPath } from 'jsonpath-plus';

/** A path that selects one value at most: names and numbers. */
const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[\s*(-?\d+)\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]/uy;
/** A deeper answer is built to be so: every step into it costs its depth again. */
const DEEPEST = 100;

/**
 * What a JSONPath selects: one value for names and numbers, `undefined` when it is not there; a list for everything else, even for one hit.
 *
 * **Errors** SyntaxError for what is no path, RangeError for what would take too long: filters compare, and call nothing; `..` stands once.
 */
export function readJsonPath(expression: string, data: unknown): unknown {
  const path = expression.trim();
  if (!path.startsWith('$')) throw new SyntaxError(`${JSON.stringify(expression)} is no JSONPath; it begins with $`);
  if (isDeeper(data, DEEPEST)) throw new RangeError(`the answer is nested more than ${DEEPEST} times`);
  const steps = simpleSteps(path);
  return steps ? steps.reduce<unknown>(step, data) : select(path, data);
}

/** The names and numbers of a path that has nothing else. */
function simpleSteps(path: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  for (let at = 1; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const [matched, name, index, single, double] = STEP.exec(path) ?? [];
    if (matched === undefined) return undefined;
    steps.push(index === undefined ? name ?? (single ?? double!).replace(/\\(.)/g, '$1') : Number(index));
  }
  return steps;
}

function step(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value.at(key) : undefined;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function select(path: string, data: unknown): unknown {
  const bare = path.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  if ((bare.match(/\.\./g) ?? []).length > 1) throw new RangeError(`${JSON.stringify(path)}: .. stands more than once; name the way to one of them`);
  // A call reaches JavaScript's regular expressions, and these may take for ever.
  if (/[\w\])'`]\s*\(|\(\s*\/|[^<>=!]=[^=]|`/.test(bare.replace(/\?\(/g, '?<'))) throw new RangeError(`${JSON.stringify(path)}: a filter compares, such as [?(@.kind == 'owner')], and calls nothing`);
  try {
    return JSONPath({ path, json: data as object, wrap: true, eval: 'safe', resultType: 'value' }) as unknown;
  } catch (cause) {
    throw new SyntaxError(`${JSON.stringify(path)} is no JSONPath that can be read`, { cause });
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}
