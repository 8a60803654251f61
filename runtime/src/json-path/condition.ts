import { RE2JS } from 're2js';
import type { Cursor } from './cursor.ts';
import { hasMember, memberOf } from './member.ts';

/** What is in `?(…)`: whether a member is selected. */
export interface Condition {
  /** How many values it looks at. */
  readonly cost: number;
  holds(member: unknown, root: unknown): boolean;
}

interface Operand {
  readonly cost: number;
  /** `undefined` for what is not there. */
  valueOf(member: unknown, root: unknown): unknown;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const COMPARISON = /==|!=|<=|>=|=~|<|>/y;
const MOST_NESTING = 32;

/**
 * Reads a condition: comparisons of `@.name`, `$.name` and literals, with `&&`, `||`, `!` and parentheses. A path alone asks whether its value is there and is
 * neither false nor null. What cannot be compared is not equal and neither more nor less.
 */
export class ConditionReader {
  readonly #cursor: Cursor;
  #nesting = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** Up to and with the parenthesis that ends it. */
  read(): Condition {
    const condition = this.#either();
    this.#cursor.space();
    this.#cursor.expect(')');
    return condition;
  }

  #either(): Condition {
    const parts = this.#separated('||', () => this.#both());
    return parts.length === 1 ? parts[0]! : { cost: costOf(parts), holds: (member, root) => parts.some((part) => part.holds(member, root)) };
  }

  #both(): Condition {
    const parts = this.#separated('&&', () => this.#single());
    return parts.length === 1 ? parts[0]! : { cost: costOf(parts), holds: (member, root) => parts.every((part) => part.holds(member, root)) };
  }

  #separated(token: string, read: () => Condition): Condition[] {
    const parts: Condition[] = [];
    do {
      parts.push(read());
      this.#cursor.space();
    } while (this.#cursor.skip(token));
    return parts;
  }

  #single(): Condition {
    this.#cursor.space();
    if (this.#cursor.skip('!')) {
      const inner = this.#nested(() => this.#single());
      return { cost: inner.cost, holds: (member, root) => !inner.holds(member, root) };
    }
    if (this.#cursor.skip('(')) return this.#nested(() => this.read());
    return this.#comparison();
  }

  #nested(read: () => Condition): Condition {
    this.#nesting += 1;
    if (this.#nesting > MOST_NESTING) throw this.#cursor.fault(`at most ${MOST_NESTING} parentheses in each other are allowed`);
    const condition = read();
    this.#nesting -= 1;
    return condition;
  }

  #comparison(): Condition {
    const left = this.#operand();
    this.#cursor.space();
    const operator = this.#cursor.match(COMPARISON)?.[0];
    if (operator === undefined) return { cost: left.cost, holds: (member, root) => isSet(left.valueOf(member, root)) };
    this.#cursor.space();
    if (operator === '=~') return this.#matching(left);
    const right = this.#operand();
    const compare = COMPARISONS[operator]!;
    return { cost: left.cost + right.cost, holds: (member, root) => compare(left.valueOf(member, root), right.valueOf(member, root)) };
  }

  #matching(left: Operand): Condition {
    const text = this.#cursor.text();
    if (text === undefined) throw this.#cursor.fault('a pattern in quotes is expected');
    const pattern = compiled(text);
    return {
      cost: left.cost,
      holds(member, root) {
        const value = left.valueOf(member, root);
        return typeof value === 'string' && pattern.matcher(value).find();
      },
    };
  }

  #operand(): Operand {
    const cursor = this.#cursor;
    const isHere = cursor.skip('@');
    if (isHere || cursor.skip('$')) {
      const names = this.#names();
      return { cost: names.length + 1, valueOf: (member, root) => follow(names, isHere ? member : root) };
    }
    const literal = cursor.text() ?? this.#word() ?? this.#number();
    if (literal === undefined) throw cursor.fault('@, $, a text in quotes, a number, true, false or null is expected');
    const value = literal === NULL ? null : literal;
    return { cost: 1, valueOf: () => value };
  }

  #names(): (string | number)[] {
    const names: (string | number)[] = [];
    for (;;) {
      if (this.#cursor.skip('.')) names.push(this.#cursor.name());
      else if (this.#cursor.skip('[')) {
        names.push(this.#cursor.key());
        this.#cursor.expect(']');
      } else return names;
    }
  }

  #word(): boolean | typeof NULL | undefined {
    const word = this.#cursor.match(WORD)?.[0];
    if (word === undefined) return undefined;
    return word === 'null' ? NULL : word === 'true';
  }

  #number(): number | undefined {
    const digits = this.#cursor.match(NUMBER)?.[0];
    return digits === undefined ? undefined : Number(digits);
  }
}

/** Null as it is written, which is something else than nothing being written. */
const NULL = Symbol('null');

const COMPARISONS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': ordered((a, b) => a < b),
  '<=': ordered((a, b) => a <= b),
  '>': ordered((a, b) => a > b),
  '>=': ordered((a, b) => a >= b),
};

function compiled(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (cause) {
    throw new SyntaxError((cause as Error).message, { cause });
  }
}

function ordered(compare: (a: number | string, b: number | string) => boolean): (a: unknown, b: unknown) => boolean {
  return (a, b) => ((typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')) && compare(a, b);
}

function follow(names: readonly (string | number)[], from: unknown): unknown {
  let value = from;
  for (const name of names) {
    if (!hasMember(value, name)) return undefined;
    value = memberOf(value, name);
  }
  return value;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function costOf(parts: readonly Condition[]): number {
  return parts.reduce((sum, { cost }) => sum + cost, 0);
}
