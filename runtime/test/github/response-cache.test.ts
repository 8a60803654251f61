import { expect, test } from 'vitest';
import { ResponseCache } from '../../src/github/response-cache.ts';

test('what was put in comes out', () => {
  const cache = new ResponseCache();
  const answer = { body: '[{"title":"ünïcödé 🎉"}]', etag: 'W/"1"', lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT', link: '<https://api.github.com/x?page=2>; rel="next"' };
  cache.set('a', answer);
  expect({ ...cache.get('a') }).toEqual(answer);
  expect(cache.get('b')).toBe(undefined);
});

test('it never takes more than it may: the one that was not used for longest goes', () => {
  const cache = new ResponseCache(2_000);
  for (const key of ['a', 'b', 'c']) cache.set(key, { body: key });
  cache.get('a');
  cache.set('d', { body: 'd' });
  expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key))).toEqual(['a', 'c', 'd']);
  expect(cache.bytes).toBeLessThanOrEqual(2_000);
});

test('what is larger than all of it is not kept, and what stood there goes', () => {
  const cache = new ResponseCache(2_000);
  cache.set('a', { body: 'small' });
  cache.set('a', { body: Array.from({ length: 4_000 }, (_, at) => Math.sin(at)).join() });
  expect([cache.get('a'), cache.bytes]).toEqual([undefined, 0]);
});

test('lists of issues shrink to less than a fifth', () => {
  const cache = new ResponseCache();
  const body = JSON.stringify(Array.from({ length: 100 }, (_, number) => ({
    number, title: `Something ${number} is broken`, url: `https://api.github.com/repos/acme/shop/issues/${number}`, user: { login: `somebody-${number}`, type: 'User', site_admin: false },
  })));
  cache.set('a', { body });
  expect(cache.bytes).toBeLessThan(body.length / 5);
});
