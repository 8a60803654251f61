import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from 'vitest';
import * as cel from '../../src/private/cel';

const fails = (): never => {
  throw new RangeError('fails');
};

/** What an expression comes to, or that it cannot be evaluated. */
function outcomeOf(evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch {
    return 'error';
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

/** Each row is the same expression twice: for the engine that the embedded server has, and as calls. Both come to the same. */
describe('CEL', () => {
  test.each<[string, () => unknown]>([
    ["has(object.a)", () => cel.has({ a: 1 }, 'a')],
    ["has(object.b)", () => cel.has({ a: 1 }, 'b')],
    ['has((1).a)', () => cel.has(1, 'a')],
    ["{'a': 1}.a == 1", () => cel.equal(cel.get({ a: 1 }, 'a'), 1)],
    ["{'a': 1}.b == 1", () => cel.equal(cel.get({ a: 1 }, 'b'), 1)],
    ['[1, 2][1] == 2', () => cel.equal(cel.at([1, 2], 1), 2)],
    ['[1, 2][2] == 2', () => cel.equal(cel.at([1, 2], 2), 2)],
    ["true || object.b", () => cel.or(() => true, fails)],
    ["{'a': true}.b || true", () => cel.or(fails, () => true)],
    ["{'a': true}.b || false", () => cel.or(fails, () => false)],
    ['false || false', () => cel.or(() => false, () => false)],
    ["false && {'a': true}.b", () => cel.and(() => false, fails)],
    ["{'a': true}.b && false", () => cel.and(fails, () => false)],
    ["{'a': true}.b && true", () => cel.and(fails, () => true)],
    ['true && true', () => cel.and(() => true, () => true)],
    ["[{'a': 1}] == [{'a': 1}]", () => cel.equal([{ a: 1 }], [{ a: 1 }])],
    ["[{'a': 1}] == [{'a': 2}]", () => cel.equal([{ a: 1 }], [{ a: 2 }])],
    ["{'a': 1} == {'a': 1, 'b': 2}", () => cel.equal({ a: 1 }, { a: 1, b: 2 })],
    ["{'b': 1} == {'a': 1}", () => cel.equal({ b: 1 }, { a: 1 })],
    ['1 < 2', () => cel.less(1, 2)],
    ['2 < 2', () => cel.less(2, 2)],
    ["'a' < 'b'", () => cel.less('a', 'b')],
    ["1 < dyn('b')", () => cel.less(1, 'b')],
    ['1 + 2 == 3', () => cel.equal(cel.sum(1, 2), 3)],
    ["'a' in ['b', 'a']", () => cel.isIn('a', ['b', 'a'])],
    ["'a' in ['b']", () => cel.isIn('a', ['b'])],
    ["'a' in {'a': 1}", () => cel.isIn('a', { a: 1 })],
    ["'b' in {'a': 1}", () => cel.isIn('b', { a: 1 })],
    ["size('ab') == 2", () => cel.equal(cel.size('ab'), 2)],
    ["size('💡') == 1", () => cel.equal(cel.size('💡'), 1)],
    ['size([1]) == 1', () => cel.equal(cel.size([1]), 1)],
    ["size({'a': 1}) == 1", () => cel.equal(cel.size({ a: 1 }), 1)],
    ['type(1) == int', () => cel.equal(cel.typeName(1), 'int')],
    ['type(1.5) == int', () => cel.equal(cel.typeName(1.5), 'int')],
    ["type('a') == string", () => cel.equal(cel.typeName('a'), 'string')],
    ["'kelos-x'.startsWith('kelos-')", () => cel.startsWith('kelos-x', 'kelos-')],
    ["'x'.startsWith('kelos-')", () => cel.startsWith('x', 'kelos-')],
    ['none.all(x, x > 0)', () => cel.all([], (x) => cel.less(0, x))],
    ['[1, 0].all(x, x > 0)', () => cel.all([1, 0], (x) => cel.less(0, x))],
    ['none.exists(x, x > 0)', () => cel.exists([], (x) => cel.less(0, x))],
    ['[0, 1].exists(x, x > 0)', () => cel.exists([0, 1], (x) => cel.less(0, x))],
    ["{'a': 1}.all(k, k == 'a')", () => cel.all({ a: 1 }, (k) => cel.equal(k, 'a'))],
    ['[1, 2].exists_one(x, x > 1)', () => cel.existsOne([1, 2], (x) => cel.less(1, x))],
    ['[2, 2].exists_one(x, x > 1)', () => cel.existsOne([2, 2], (x) => cel.less(1, x))],
    ['[1].map(x, x + 1) == [2]', () => cel.equal(cel.map([1], (x) => cel.sum(x, 1)), [2])],
  ])('%s', (expression, calls) => {
    expect(outcomeOf(calls)).toBe(outcomeOf(() => environment.evaluate(expression, { object: { a: true }, none: [] })));
  });

  test('one item that fails is enough for all, and one that holds for exists, whatever becomes of the others', () => {
    const first = [1, 2].map((item) => () => item === 1);
    expect(cel.all([1, 2], (item) => (item === 1 ? fails() : false))).toBe(false);
    expect(cel.exists([1, 2], (item) => (item === 1 ? fails() : true))).toBe(true);
    expect(() => cel.all(first, (item) => (item === first[0] ? fails() : true))).toThrow('fails');
    expect(() => cel.exists(first, (item) => (item === first[0] ? fails() : false))).toThrow('fails');
  });

  test.each([['0', 0], ['-1', -1], ['1500m', 1.5], ['2k', 2000], ['1Ki', 1024], ['1.5Gi', 1.5 * 1024 ** 3], ['1e3', 1000], [2.5, 2.5]])('a quantity of %s is %d', (text, value) => {
    expect(cel.quantity(text)).toBeCloseTo(value, 9);
  });

  test.each(['', 'x', '1KB', '1 Ki'])('%j is no quantity', (text) => expect(() => cel.quantity(text)).toThrow(RangeError));

  test('the hour of a zone is known, and of what is no zone it is not', () => {
    expect(cel.hoursIn('2000-01-01T00:00:00Z', 'Asia/Tokyo')).toBe(9);
    expect(cel.hoursIn('2000-01-01T00:00:00Z', 'UTC')).toBe(0);
    for (const zone of ['', 'Europe/Berlni', 3]) expect(() => cel.hoursIn('2000-01-01T00:00:00Z', zone)).toThrow(RangeError);
  });
});
