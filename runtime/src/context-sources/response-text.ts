import { ContextSourceError } from './context-request.ts';
import { goText } from './go-text.ts';
import { readJsonPath } from './json-path.ts';

/** What templates are given of an answer: all of it, or what the JSONPath selects. Throws {@link ContextSourceError}. */
export function responseText(text: string, expression: string | undefined): string {
  if (expression === undefined) return text;
  const value = selected(expression, parsed(text));
  if (value === undefined) throw new ContextSourceError(`responseFilter ${JSON.stringify(expression)}: the answer has nothing there`);
  return typeof value === 'object' && value !== null ? JSON.stringify(value, sortedKeys) : goText(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ContextSourceError('the answer is not JSON, which responseFilter needs'); // the parser would quote it
  }
}

function selected(expression: string, data: unknown): unknown {
  try {
    return readJsonPath(expression, data);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw new ContextSourceError(`responseFilter: ${error.message}`, { cause: error });
    throw error;
  }
}

/** As Go writes a map. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
