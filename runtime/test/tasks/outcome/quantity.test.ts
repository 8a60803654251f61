import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatQuantity, parseQuantity } from '../../../src/tasks/outcome/quantity.ts';

test.each([
  ['0.0532', '53200u'],
  ['1.50', '1500m'],
  ['1500m', '1500m'],
  ['15e-1', '1500m'],
  ['2', '2'],
  ['2000', '2k'],
  ['1Ki', '1024'],
  ['.5', '500m'],
  ['1E', '1E'],
  ['1E3', '1k'],
  ['0.0000000001', '1n'],
  ['-1.5', '-1500m'],
  ['0', '0'],
])('%s is %s', (text, canonical) => {
  expect(formatQuantity(parseQuantity(text)!)).toBe(canonical);
});

test.each(['', 'abc', '1.5.0', '1 USD', '$1', '1e400', '1mm', `1${'0'.repeat(64)}`])('"%s" is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test('what is formatted reads back to the same amount', () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (nano) => {
    expect(parseQuantity(formatQuantity(nano))).toBe(nano);
  }));
});
