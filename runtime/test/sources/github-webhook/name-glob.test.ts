import { expect, test } from 'vitest';
import { nameGlob } from '../../../src/sources/github-webhook/name-glob.ts';

test.each([
  ['main', 'main', true], ['main', 'mainline', false], ['*', 'main', true], ['*', 'release/1', false], ['release/*', 'release/1', true], ['release/*', 'release/1/2', false],
  ['release/*', 'release/', true], ['*/1', 'release/1', true], ['v?.*', 'v1.2', true], ['?', '/', false], ['?', 'é', true], ['?', '🥚', true], ['a*b*c', 'axxbxxc', true], ['a*b*c', 'axxb/xc', false],
  ['a*b*c', 'abbcbc', true], ['*a*', '/a', false], ['[a-c]x', 'bx', true], ['[^a-c]x', 'bx', false], ['[^a-c]x', 'dx', true], ['[!a]', '!', true], ['[!a]', 'b', false], ['[]a]', 'a', false], ['[a', 'a', false],
  ['[a-]', 'a', false], ['[-]', '-', false], ['[\\-]', '-', true], ['a\\*', 'a*', true], ['a\\*', 'ab', false], ['a\\', 'a\\', false], ['**', 'a', true], ['**', 'a/b', false], ['{a,b}', 'a', false],
  ['', '', true], ['', 'a', false], ['[b-a]', 'a', false], ['[^/]', '/', false], ['[^a]', '/', true],
])('the glob %j and the name %j: %s, as Go has it', (pattern, name, matches) => {
  expect(nameGlob(pattern)?.matches(name) ?? false).toBe(matches);
});

test.each(['[', '[a', '[]', '[^]', '[-a]', '[a-]', '\\', 'a\\', '[\\'])('%j is no glob', (pattern) => {
  expect(nameGlob(pattern)).toBeUndefined();
});

test('stars do not multiply what a name costs', () => {
  const glob = nameGlob('*a'.repeat(60) + 'b')!;
  expect(glob.matches('a'.repeat(20_000))).toBe(false);
});
