import { listOf } from '../private/problem';
import { suggestionFor } from '../private/suggestion';
import { type ByteString, fromBytes } from './byte-string';
import type { Budget } from './limits';
import { TemplateFault } from './template-error';
import { Byte, ListValue, MapValue, StructValue, type Value, describe } from './value';

/** Go's `index`: walks into maps, lists and texts. A key that a map lacks gives an empty value, as in Go. */
export function elementOf(item: Value, keys: readonly Value[], budget: Budget): Value {
  if (item === null || item === undefined) throw new TemplateFault('index of nothing; the value is nil');
  return keys.reduce<Value>((within, key) => {
    if (within instanceof MapValue) {
      if (typeof key !== 'string') throw new TemplateFault(`the key of a map is text, got ${describe(key)}`);
      budget.spendBytes(key.length);
      const value = within.get(key);
      return value === undefined ? within.zero : value;
    }
    if (within instanceof ListValue) return within.at(position(key, within.length, within.length - 1));
    if (within === null) throw new TemplateFault('index has nothing to go on with; a key before this one is missing, or its value is nil');
    if (typeof within === 'string') return new Byte(BigInt(within.charCodeAt(position(key, within.length, within.length - 1))));
    throw new TemplateFault(`index of ${describe(within)}; only maps, lists and texts have elements`);
  }, item);
}

/** Go's `slice`: a part of a text, in bytes, or of a list. */
export function sliceOf(item: Value, indexes: readonly Value[]): Value {
  if (!(item instanceof ListValue) && typeof item !== 'string') throw new TemplateFault(`slice of ${describe(item)}; only lists and texts have parts`);
  const most = typeof item === 'string' ? 2 : 3;
  if (indexes.length > most) throw new TemplateFault(`slice of ${describe(item)} takes ${most} positions at most, got ${indexes.length}`);
  const capacity = typeof item === 'string' ? item.length : item.capacity;
  const [from = 0, to = item.length, limit = capacity] = indexes.map((index) => position(index, item.length, capacity));
  if (from > to || to > limit) throw new TemplateFault(`slice ends before it begins: ${from > to ? `${from} > ${to}` : `${to} > ${limit}`}`);
  return typeof item === 'string' ? item.slice(from, to) : item.slice(from, to, limit);
}

/** Go's `len`: bytes of a text, elements of a list or map. */
export function lengthOf(item: Value): bigint {
  if (typeof item === 'string' || item instanceof ListValue) return BigInt(item.length);
  if (item instanceof MapValue) return BigInt(item.keys().length);
  throw new TemplateFault(`len of ${describe(item)}; only texts, lists and maps have a length`);
}

/** What stands behind a dot: `.Name`. Nothing for a key that is missing, where that is allowed. */
export function fieldOf(receiver: Value, name: ByteString, isStrict: boolean): Value {
  if (receiver === undefined && !isStrict) return undefined;
  const shown = fromBytes(name);
  if (receiver === undefined || receiver === null) throw new TemplateFault(`.${shown} of nothing; the value before it is nil`);
  if (receiver instanceof StructValue) return structFieldOf(receiver, name);
  if (!(receiver instanceof MapValue)) throw new TemplateFault(`.${shown} of ${describe(receiver)}; only maps have fields`);
  const value = receiver.get(name);
  if (value === undefined && isStrict) throw new TemplateFault(`there is no .${shown}; ${known(shown, receiver.keys().map(fromBytes))}`);
  return value;
}

function structFieldOf(receiver: StructValue, name: ByteString): Value {
  const value = receiver.get(name);
  if (value !== undefined) return value;
  const shown = fromBytes(name);
  throw new TemplateFault(receiver.isNil ? `.${shown} of nothing; the value before it is nil` : `there is no .${shown}; ${known(shown, receiver.names())}`);
}

/** The near slip, or what there is. Names beyond this may be text from strangers, and are not repeated. */
const LONGEST_NAME = 64;

function known(name: string, all: readonly string[]): string {
  const names = all.filter((candidate) => candidate.length <= LONGEST_NAME && !/[\p{C}\p{Z}]/u.test(candidate));
  const near = suggestionFor(name, names);
  if (near !== undefined) return `did you mean .${near}?`;
  return names.length === 0 ? 'there is nothing in it' : `there is ${listOf(names)}`;
}

function position(index: Value, length: number, largest: number): number {
  const integer = index instanceof Byte ? index.value : index;
  if (typeof integer !== 'bigint') throw new TemplateFault(`a position is an integer, got ${describe(index)}`);
  if (integer < 0n || integer > BigInt(largest)) throw new TemplateFault(`there is no position ${integer} in ${length} elements`);
  return Number(integer);
}
