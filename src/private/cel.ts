/**
 * What the operators and functions of CEL do, as far as rules of our kinds use them: `rules.ts` is made of calls of these. A value is what JSON can say, after
 * defaults; whole numbers are ints. What CEL cannot evaluate throws, and a rule that throws does not hold.
 */

/** `object.name`: the field has to be there. */
export function get(object: unknown, name: string): unknown {
  if (!has(object, name)) throw new RangeError(`no such key: ${name}`);
  return (object as Record<string, unknown>)[name];
}

/** `has(object.name)` */
export function has(object: unknown, name: string): boolean {
  if (typeof object !== 'object' || object === null) throw new TypeError('only objects and maps have fields');
  return Object.hasOwn(object, name);
}

/** `list[index]` */
export function at(list: unknown, index: unknown): unknown {
  const items = listOf(list);
  if (typeof index !== 'number' || !(index in items)) throw new RangeError('index out of bounds');
  return items[index];
}

/** `a && b`: false on one side is false, whatever becomes of the other. */
export function and(left: () => unknown, right: () => unknown): boolean {
  return !either(() => !truth(left()), () => !truth(right()));
}

/** `a || b`: true on one side is true, whatever becomes of the other. */
export function or(left: () => unknown, right: () => unknown): boolean {
  return either(() => truth(left()), () => truth(right()));
}

function either(left: () => boolean, right: () => boolean): boolean {
  let first: boolean;
  try {
    first = left();
  } catch (error) {
    if (right()) return true;
    throw error;
  }
  return first || right();
}

/** A condition, which has to be one. */
export function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('a condition is true or false');
  return value;
}

/** `a == b`, of lists and objects too. */
export function equal(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && equal((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]));
}

/** `a < b` */
export function less(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  throw new TypeError('only two numbers, or two texts, have an order');
}

/** `a + b` of numbers. */
export function sum(left: unknown, right: unknown): number {
  if (typeof left !== 'number' || typeof right !== 'number') throw new TypeError('only numbers are added');
  return left + right;
}

/** `value in list`, and `key in map` */
export function isIn(value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((item) => equal(item, value));
  return has(container, value as string);
}

/** `size(value)` */
export function size(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  if (typeof value !== 'object' || value === null) throw new TypeError('only texts, lists and maps have a size');
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** `type(value)`, by its name. */
export function typeName(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** `text.startsWith(prefix)` */
export function startsWith(text: unknown, prefix: unknown): boolean {
  if (typeof text !== 'string' || typeof prefix !== 'string') throw new TypeError('only a text starts with another');
  return text.startsWith(prefix);
}

/** `range.all(item, condition)`: one that fails is enough, whatever becomes of the others. */
export function all(range: unknown, condition: (item: unknown) => unknown): boolean {
  return itemsOf(range).reduce<() => boolean>((others, item) => () => and(others, () => condition(item)), () => true)();
}

/** `range.exists(item, condition)`: one is enough, whatever becomes of the others. */
export function exists(range: unknown, condition: (item: unknown) => unknown): boolean {
  return itemsOf(range).reduce<() => boolean>((others, item) => () => or(others, () => condition(item)), () => false)();
}

/** `range.exists_one(item, condition)` */
export function existsOne(range: unknown, condition: (item: unknown) => unknown): boolean {
  return itemsOf(range).filter((item) => truth(condition(item))).length === 1;
}

/** `range.map(item, value)` */
export function map(range: unknown, value: (item: unknown) => unknown): unknown[] {
  return itemsOf(range).map(value);
}

/** The items of a list, or the keys of a map. */
function itemsOf(range: unknown): unknown[] {
  return Array.isArray(range) ? range : Object.keys(objectOf(range));
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('it is no list');
  return value;
}

function objectOf(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new TypeError('it is no list and no map');
  return value;
}

/** `quantity(text)`, as exact as a number of JavaScript is. */
export function quantity(value: unknown): number {
  const [, digits, suffix = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  if (digits === undefined) throw new RangeError('it is no quantity');
  const power = suffix.endsWith('i') ? 1024 ** ('KMGTPE'.indexOf(suffix[0]!) + 1) : 1000 ** ('num kMGTPE'.indexOf(suffix || ' ') - 3);
  return Number(digits) * power;
}

/** `timestamp(time).getHours(zone)`, which throws for what is no time zone. JavaScript minds the case of its name less than the server. */
export function hoursIn(time: string, zone: unknown): number {
  if (typeof zone !== 'string' || zone === '') throw new RangeError('it is no time zone');
  return Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(new Date(time)));
}
