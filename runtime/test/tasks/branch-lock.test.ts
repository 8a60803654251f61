import { expect, test } from 'vitest';
import { branchLockOf } from '../../src/tasks/branch-lock.ts';
import { aTask } from './task-fixtures.ts';

const lock = (repo: string | undefined, branch = 'main') => branchLockOf(aTask({ spec: { branch } }), repo === undefined ? undefined : { metadata: { name: 'w' }, spec: { repo } });

test('a Task without a branch locks nothing', () => {
  expect(branchLockOf(aTask(), { metadata: { name: 'w' }, spec: { repo: 'https://github.com/acme/shop' } })).toBeUndefined();
  expect(lock('https://github.com/acme/shop', '')).toBeUndefined();
});

test.each(['https://github.com/acme/shop', 'https://github.com/Acme/Shop.git', 'git@github.com:acme/shop.git', 'https://bot@github.com/acme/shop/'])('%s is the same repository', (repo) => {
  expect(lock(repo)).toBe(lock('https://github.com/acme/shop.git'));
});

test.each<[string | undefined, string]>([
  ['https://github.com/acme/other', 'main'],
  ['https://gitlab.com/acme/shop', 'main'],
  ['https://github.com/acme/shop', 'next'],
  [undefined, 'main'],
])('%s at %s is another branch', (repo, branch) => {
  expect(lock(repo, branch)).not.toBe(lock('https://github.com/acme/shop'));
});

test('a lock is fit for a label', () => {
  expect(lock('https://github.com/acme/shop', 'feature/ü')).toMatch(/^[0-9a-f]{20}$/);
});
