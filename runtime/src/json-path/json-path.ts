import { type Condition, ConditionReader } from './condition.ts';
import { Cursor } from './cursor.ts';
import { hasMember, memberOf } from './member.ts';

/** What a path points at: everything that it selects, and whether it can select more than one, for then even one is a list. */
export interface Selected {
  readonly values: readonly unknown[];
  readonly isList: boolean;
}

/** One step from a value to what is below it. */
type Step =
  | { readonly to: 'names'; readonly names: readonly (string | number)[] }
  | { readonly to: 'all' }
  | { readonly to: 'below' }
  | { readonly to: 'range'; readonly from?: number; readonly until?: number; readonly by: number }
  | { readonly to: 'where'; readonly condition: Condition };

/** Values that one evaluation may touch. A payload of 10 MiB has about a million, and `$..*..*` touches each as often as it is deep. */
const MOST_VISITS = 1_000_000;
const MOST_STEPS = 64;

/**
 * A JSONPath, in the dialect of the reference: `$.a.b`, `$["a"]`, `$[0]`, `$[-1]`, `$[1:3]`, `$.*`, `$..name`, `$["a","b"]`, `$[?(@.a == "b")]`.
 *
 * Ours, since what npm has evaluates conditions with an interpreter of JavaScript that can call methods (`.repeat(1e9)`) and match with V8's own
 * expressions, or has no conditions at all; and none of it has a bound.
 *
 * **Guarantee** Only own members are read, never a prototype; nothing is called; the work is bounded whatever path and value are.
 *
 * **Errors** The constructor throws SyntaxError for text that is no path. {@link select} throws RangeError where the work would be too much.
 */
export class JsonPath {
  readonly #steps: readonly Step[];

  constructor(expression: string) {
    this.#steps = new PathReader(expression.trim()).read();
    if (this.#steps.length > MOST_STEPS) throw new SyntaxError(`at most ${MOST_STEPS} steps are allowed`);
  }

  select(root: unknown): Selected {
    const work = { left: MOST_VISITS };
    let values: unknown[] = [root];
    for (const step of this.#steps) {
      const next: unknown[] = [];
      for (const value of values) takeStep(step, value, root, next, work);
      values = next;
    }
    return { values, isList: this.#steps.some(isPlural) };
  }
}

/** What an evaluation may still touch. */
interface Work {
  left: number;
}

function isPlural(step: Step): boolean {
  return step.to !== 'names' || step.names.length > 1;
}

function takeStep(step: Step, value: unknown, root: unknown, found: unknown[], work: Work): void {
  const take = (taken: unknown) => {
    work.left -= 1;
    if (work.left < 0) throw new RangeError(`it touches more than ${MOST_VISITS} values`);
    found.push(taken);
  };
  switch (step.to) {
    case 'names':
      for (const name of step.names) if (hasMember(value, name)) take(memberOf(value, name));
      return;
    case 'all':
      for (const child of childrenOf(value)) take(child);
      return;
    case 'below':
      for (const under of everythingUnder(value)) take(under);
      return;
    case 'range':
      if (Array.isArray(value)) for (const index of indexesOf(step, value.length)) take(value[index]);
      return;
    case 'where':
      for (const child of childrenOf(value)) {
        work.left -= step.condition.cost;
        if (step.condition.holds(child, root)) take(child);
      }
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The value and all that is in it, what is outside first. */
function* everythingUnder(value: unknown): Iterable<unknown> {
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    yield next;
    for (const child of childrenOf(next).toReversed()) if (typeof child === 'object' && child !== null) stack.push(child);
  }
}

function* indexesOf({ from, until, by }: Extract<Step, { to: 'range' }>, length: number): Iterable<number> {
  const placed = (index: number) => Math.min(Math.max(index < 0 ? index + length : index, by > 0 ? 0 : -1), by > 0 ? length : length - 1);
  const end = until === undefined ? (by > 0 ? length : -1) : placed(until);
  for (let index = placed(from ?? (by > 0 ? 0 : length - 1)); by > 0 ? index < end : index > end; index += by) yield index;
}

const RANGE = /(-?\d{1,9})?\s*:\s*(-?\d{1,9})?(?:\s*:\s*(-?\d{1,9}))?/y;

/** Reads steps from text, one after the other. */
class PathReader {
  readonly #cursor: Cursor;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  read(): Step[] {
    const cursor = this.#cursor;
    if (!cursor.skip('$')) throw cursor.fault('$ is expected');
    const steps: Step[] = [];
    while (!cursor.isAtEnd) {
      if (cursor.skip('..')) steps.push({ to: 'below' }, cursor.skip('[') ? this.#bracketed() : this.#named());
      else if (cursor.skip('.')) steps.push(this.#named());
      else if (cursor.skip('[')) steps.push(this.#bracketed());
      else throw cursor.fault("a step such as .name, [0] or ['name'] is expected");
    }
    return steps;
  }

  #named(): Step {
    if (this.#cursor.skip('*')) return { to: 'all' };
    return { to: 'names', names: [this.#cursor.name()] };
  }

  #bracketed(): Step {
    this.#cursor.space();
    const step = this.#inBrackets();
    this.#cursor.space();
    this.#cursor.expect(']');
    return step;
  }

  #inBrackets(): Step {
    const cursor = this.#cursor;
    if (cursor.skip('*')) return { to: 'all' };
    if (cursor.skip('?(')) return { to: 'where', condition: new ConditionReader(cursor).read() };
    const range = cursor.match(RANGE);
    if (range) return this.#range(range);
    const names: (string | number)[] = [];
    do {
      cursor.space();
      names.push(cursor.key());
      cursor.space();
    } while (cursor.skip(','));
    return { to: 'names', names };
  }

  #range([, from, until, by]: RegExpExecArray): Step {
    const step = by === undefined ? 1 : Number(by);
    if (step === 0) throw this.#cursor.fault('a range has to go on, so its step is not 0');
    return { to: 'range', ...(from === undefined ? {} : { from: Number(from) }), ...(until === undefined ? {} : { until: Number(until) }), by: step };
  }
}
