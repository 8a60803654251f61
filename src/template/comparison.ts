import type { Budget } from './limits';
import { TemplateFault } from './template-error';
import { Byte, Complex, ListValue, MapValue, StructValue, type Value, describe, typeName } from './value';

/** Go's `eq`: whether the first is equal to any of the others. */
export function isEqualToAny(first: Value, others: readonly Value[], budget: Budget): boolean {
  if (others.length === 0) throw new TemplateFault('eq compares with nothing; give it a second value');
  return others.some((other) => isEqual(first, other, budget));
}

/** Go's `lt`. */
export function isLess(first: Value, second: Value, budget: Budget): boolean {
  const [a, b] = [plain(first), plain(second)];
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spendBytes(Math.min(a.length, b.length));
    return a < b;
  }
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b;
  throw new TemplateFault(`${typeName(first)} and ${typeName(second)} have no order; compare two texts, two ints or two floats`);
}

/** Go's `le`, which asks for less and then for equal, and so finds no number equal to NaN. */
export function isAtMost(first: Value, second: Value, budget: Budget): boolean {
  return isLess(first, second, budget) || isEqual(first, second, budget);
}

function isEqual(first: Value, second: Value, budget: Budget): boolean {
  const [a, b] = [plain(first), plain(second)];
  if (a === undefined || b === undefined) {
    return a === b;
  }
  if (isContainer(a) || isContainer(b)) throw new TemplateFault(`${describe(isContainer(a) ? a : b)} is equal to nothing; compare what is in it`);
  if (a instanceof Complex && b instanceof Complex) return a.real === b.real && a.imaginary === b.imaginary;
  if (typeof a !== typeof b) throw new TemplateFault(`${typeName(first)} and ${typeName(second)} cannot be compared${hintFor(a, b)}`);
  if (typeof a === 'string' && typeof b === 'string') budget.spendBytes(Math.min(a.length, b.length));
  return a === b;
}

/** Integers of either kind are one. */
function plain(value: Value): Exclude<Value, Byte | null> {
  if (value instanceof Byte) return value.value;
  return value instanceof StructValue && value.isNil ? undefined : value ?? undefined;
}

function isContainer(value: Value): value is MapValue | ListValue | StructValue {
  return value instanceof StructValue || value instanceof MapValue || value instanceof ListValue;
}

function hintFor(...values: Value[]): string {
  const types = values.map((value) => typeof value);
  return types.includes('number') && types.includes('bigint') ? '; a number from JSON is a float, so write 42.0' : '';
}
