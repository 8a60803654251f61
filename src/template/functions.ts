import type { ByteString } from './byte-string';
import { isAtMost, isEqualToAny, isLess } from './comparison';
import { elementOf, lengthOf, sliceOf } from './element';
import { escapeHtml, escapeJavaScript, escapeQuery } from './escape';
import type { Budget } from './limits';
import { sprint, sprintf, sprintln } from './printf';
import { BOOLEAN, NUMBER, type Shape, TEXT } from './shape';
import { TemplateFault } from './template-error';
import { type Value, describe, isTrue } from './value';

export interface TemplateFunction {
  /** How many values it takes. */
  readonly least: number;
  readonly most: number;
  /** What it always comes to; nothing where that depends on what it is given. */
  readonly gives?: Shape;
  readonly run: (values: readonly Value[], budget: Budget) => Value;
}

/** So many values, as a message says it. */
export function arityOf(least: number, most: number): string {
  const values = `${least} ${least === 1 ? 'value' : 'values'}`;
  return least === most ? values : `at least ${values}`;
}

/** Go's own functions, which are all there are. The renderer stops early at `and` and `or`; they come to the last value that is left. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', { least: 1, most: Infinity, run: (values) => values.at(-1) }],
  ['or', { least: 1, most: Infinity, run: (values) => values.at(-1) }],
  ['not', { least: 1, most: 1, gives: BOOLEAN, run: ([value]) => !isTrue(value) }],
  ['len', { least: 1, most: 1, gives: NUMBER, run: ([value]) => lengthOf(value) }],
  ['index', { least: 1, most: Infinity, run: ([item, ...keys], budget) => elementOf(item, keys, budget) }],
  ['slice', { least: 1, most: Infinity, run: ([item, ...indexes]) => sliceOf(item, indexes) }],
  ['eq', { least: 1, most: Infinity, gives: BOOLEAN, run: ([first, ...others], budget) => isEqualToAny(first, others, budget) }],
  ['ne', { least: 2, most: 2, gives: BOOLEAN, run: ([first, second], budget) => !isEqualToAny(first, [second], budget) }],
  ['lt', { least: 2, most: 2, gives: BOOLEAN, run: ([first, second], budget) => isLess(first, second, budget) }],
  ['le', { least: 2, most: 2, gives: BOOLEAN, run: ([first, second], budget) => isAtMost(first, second, budget) }],
  ['gt', { least: 2, most: 2, gives: BOOLEAN, run: ([first, second], budget) => !isAtMost(first, second, budget) }],
  ['ge', { least: 2, most: 2, gives: BOOLEAN, run: ([first, second], budget) => !isLess(first, second, budget) }],
  ['print', { least: 0, most: Infinity, gives: TEXT, run: sprint }],
  ['println', { least: 0, most: Infinity, gives: TEXT, run: sprintln }],
  ['printf', { least: 1, most: Infinity, gives: TEXT, run: ([format, ...values], budget) => sprintf(text(format), values, budget) }],
  ['html', { least: 0, most: Infinity, gives: TEXT, run: (values, budget) => escaped(values, escapeHtml, budget) }],
  ['js', { least: 0, most: Infinity, gives: TEXT, run: (values, budget) => escaped(values, escapeJavaScript, budget) }],
  ['urlquery', { least: 0, most: Infinity, gives: TEXT, run: (values, budget) => escaped(values, escapeQuery, budget) }],
  ['call', { least: 1, most: Infinity, run: ([value]) => {
    throw new TemplateFault(`call of ${describe(value)}; variables hold data, never functions`);
  } }],
]);

/** The values as one text, escaped. */
function escaped(values: readonly Value[], escape: (bytes: ByteString) => ByteString, budget: Budget): ByteString {
  const [first] = values;
  const shown = values.length === 1 && typeof first === 'string' ? first : sprint(values.map((value) => value ?? '<no value>'), budget);
  budget.checkText(shown.length);
  budget.spendEscaped(shown.length);
  const result = escape(shown);
  budget.checkText(result.length);
  return result;
}

function text(value: Value): ByteString {
  if (typeof value === 'string') return value;
  throw new TemplateFault(`the format of printf is text, got ${describe(value)}`);
}
