import { expect, test } from 'vitest';
import { childNameOf, jobNameOf, shorten } from '../../src/tasks/names.ts';
import { aTask } from './task-fixtures.ts';

test('a name that fits is kept to the last character', () => {
  const name = 'x'.repeat(63);
  expect([jobNameOf(aTask({ name })), childNameOf(aTask({ name }), 'plugins')]).toEqual([name, `${name}-plugins`]);
});

test('a longer one keeps 54 characters and gets the first 8 digits of its SHA-1', () => {
  expect(shorten('x'.repeat(64), 63)).toBe(`${'x'.repeat(54)}-bb2fa3ee`);
});

test('a cut leaves no dot or hyphen before the hash: neither may be there', () => {
  expect(shorten(`${'x'.repeat(52)}.-${'y'.repeat(20)}`, 63)).toMatch(/^x{52}-[0-9a-f]{8}$/);
});
