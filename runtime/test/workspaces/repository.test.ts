import { expect, test } from 'vitest';
import { isEnterprise, parseRepository } from '../../src/workspaces/repository.ts';

test.each([
  { url: 'https://github.com/acme/shop.git', host: 'github.com', owner: 'acme', name: 'shop' },
  { url: 'https://github.com/vercel/next.js', host: 'github.com', owner: 'vercel', name: 'next.js' },
  { url: 'https://github.com/vercel/next.js.git', host: 'github.com', owner: 'vercel', name: 'next.js' },
  { url: 'https://user:secret@GitHub.com/acme/shop/', host: 'github.com', owner: 'acme', name: 'shop' },
  { url: 'https://ghe.acme.io:8443/acme/shop', host: 'ghe.acme.io:8443', owner: 'acme', name: 'shop' },
  { url: 'https://gitlab.com/group/sub/proj.git', host: 'gitlab.com', owner: 'group/sub', name: 'proj' },
  { url: 'git://git.acme.io/acme/shop.git', host: 'git.acme.io', owner: 'acme', name: 'shop' },
  { url: 'git@github.com:acme/shop.git', host: 'github.com', owner: 'acme', name: 'shop' },
  { url: 'git@ghe.acme.io:acme/my.shop.git', host: 'ghe.acme.io', owner: 'acme', name: 'my.shop' },
  { url: 'acme/shop', host: '', owner: 'acme', name: 'shop' },
])('reads $url', ({ url, ...repository }) => {
  expect(parseRepository(url)).toEqual(repository);
});

test.each(['', 'shop', 'https://github.com', 'https://github.com/acme', 'https://', 'git@github.com:shop'])('finds no repository in "%s"', (url) => {
  expect(parseRepository(url)).toBeUndefined();
});

test('only a named host other than github.com is an enterprise server', () => {
  expect(['acme/shop', 'https://github.com/a/b', 'https://ghe.acme.io/a/b', 'shop'].map((url) => isEnterprise(parseRepository(url)))).toEqual([false, false, true, false]);
});
