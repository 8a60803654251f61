import { type Problem, quote } from './problem';

/** One step into a value: `.name`, `..name`, `[0]`, `['name']`, `[*]`, `[1:3]`, `[?(…)]`, several with commas. */
const STEP = /^(?:\.\.?(?:\*|[\p{L}_][\p{L}\p{N}_-]*)|(?:\.\.)?\[(?:\*|-?\d*:-?\d*(?::-?\d+)?|(?:-?\d+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:-?\d+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*|\?\([^()]*(?:\([^()]*\)[^()]*)*\))\])/u;

/** Checks a JSONPath: `$`, then steps. An operator tells a path that it cannot read only when an event has come. */
export function checkJsonPath(expression: unknown, path: string): Problem[] {
  if (typeof expression !== 'string') return [];
  const broken = brokenRule(expression.trim());
  return broken === undefined ? [] : [{ code: 'invalid-json-path', path, got: quote(expression), ...broken }];
}

function brokenRule(expression: string): Pick<Problem, 'allowed' | 'fix'> | undefined {
  if (expression.startsWith('{') && expression.endsWith('}')) return { allowed: 'it is not in braces, as that of kubectl is', fix: `write $${expression.slice(1, -1).replace(/^\$/, '')}` };
  if (!expression.startsWith('$')) return { allowed: 'it has to begin with $', fix: /^[\w.[\]]+$/.test(expression) ? `write $${/^[.[]/.test(expression) ? '' : '.'}${expression}` : undefined };
  for (let rest = expression.slice(1); rest !== '';) {
    const [step] = STEP.exec(rest) ?? [];
    if (step === undefined) return { allowed: `a step such as .name, [0] or ['name'] is expected at ${quote(rest)}` };
    rest = rest.slice(step.length);
  }
  return undefined;
}
