import { goText } from '../json-path/go-text.ts';
import { JsonPath } from '../json-path/json-path.ts';
import { ContextSourceError } from './context-request.ts';

/** A deeper answer is built to be so, and whatever follows it to its leaves is ended by the stack. */
const DEEPEST = 100;

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
  if (isDeeper(data, DEEPEST)) throw new ContextSourceError(`responseFilter: the answer is nested more than ${DEEPEST} times`);
  try {
    const { values, isList } = new JsonPath(expression).select(data);
    return isList ? values : values[0];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw new ContextSourceError(`responseFilter ${JSON.stringify(expression)}: ${error.message}`, { cause: error });
    throw error;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}

/** As Go writes a map. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
