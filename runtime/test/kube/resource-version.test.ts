import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareResourceVersions } from '../../src/kube/resource-version.ts';

test('versions are ordered as numbers, however long', () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 80n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(Math.sign(compareResourceVersions(`${a}`, `${b}`))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test('no version is older than any', () => {
  expect(compareResourceVersions('', '0')).toBeLessThan(0);
});
