import { expect, test } from 'vitest';
import { idlePhrase } from '../../../src/slack/reporting/idle-phrase.ts';

// FNV-1a of the empty text, of 'a' and of 'foobar', as its authors publish them.
test.each([
  ['', 0, 0x811c9dc5],
  ['a', 0, 0xe40c292c],
  ['foobar', 0, 0xbf9cf968],
])('the phrase of %j is the one that its hash picks', (uid, tick, hash) => {
  const phrases = Array.from({ length: 15 }, (_, index) => idlePhrase('', index + 15 - (0x811c9dc5 % 15)));
  expect(idlePhrase(uid, tick)).toBe(phrases[hash % 15]);
  expect(phrases[0]).toBe('Thinking...');
});

test('every tick says something else, and fifteen later the same', () => {
  const said = Array.from({ length: 15 }, (_, tick) => idlePhrase('uid', tick));
  expect([new Set(said).size, idlePhrase('uid', 15)]).toEqual([15, said[0]]);
});

test('two Tasks need not say the same', () => {
  expect(new Set(Array.from({ length: 50 }, (_, index) => idlePhrase(`uid-${index}`, 0))).size).toBeGreaterThan(5);
});
