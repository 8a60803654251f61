import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { fileMatches, filesMatch, hasFilePatterns } from '../../src/sources/file-patterns.ts';

test.each([
  ['*.go', 'main.go', true], ['*.go', 'pkg/main.go', false], ['**/*.go', 'main.go', true], ['**/*.go', 'a/b/main.go', true], ['**/*_test.go', 'a/x_test.go', true], ['a/**/deep.go', 'a/deep.go', true],
  ['a/**/deep.go', 'a/b/c/deep.go', true], ['a/**', 'a/b/c', true], ['a/**', 'a', true], ['a/**', 'ab', false], ['**', 'a/b', true], ['a**/b', 'ax/b', true], ['a**/b', 'a/x/b', false], ['src/{a,b}.ts', 'src/b.ts', true],
  ['src/{a,b/**}', 'src/b/c/d', true], ['src/{a,{b,c}}.ts', 'src/c.ts', true], ['src/{a,b}.ts', 'src/c.ts', false], ['?.md', 'é.md', true], ['?.md', '/.md', false], ['[a-c].md', 'b.md', true], ['[^a-c].md', 'b.md', false],
  ['[!a-c].md', 'd.md', true], ['[!a-c].md', '/.md', false], ['[^a-c]x', '/x', false], ['[.]github/**', '.github/x', true], ['*', '.env', true], ['**', '.github/.env', true], ['a\\*b', 'a*b', true], ['a\\*b', 'axb', false], ['a+(b)', 'a+(b)', true], ['a,b', 'a,b', true],
  ['$^.|', '$^.|', true], ['[&&~]', '&', true], ['[\\]]', ']', true], ['🥚/*', '🥚/a', true],
  ['[', '[', false], ['{a', 'a', false], ['a}', 'a}', false], ['a\\', 'a', false], ['[z-a]', 'm', false], ['', 'a', false],
])('the glob %j and the file %j: %s, as doublestar has it', (pattern, file, matches) => {
  expect(fileMatches(pattern, file)).toBe(matches);
});

test.each([
  ['no file is not waited for', { include: ['**'] }, [], false],
  ['any file will do where none is to be included', { exclude: ['docs/**'] }, ['a'], true],
  ['excluded files do not count', { exclude: ['docs/**'] }, ['docs/a'], false],
  ['an excluded file is not included', { include: ['**/*.ts'], exclude: ['**/*.test.ts'] }, ['a.test.ts', 'b.md'], false],
  ['one included file is enough', { include: ['**/*.ts'], exclude: ['**/*.test.ts'] }, ['a.test.ts', 'a.ts'], true],
])('%s', (_, patterns, files, matches) => {
  expect(filesMatch(patterns, files)).toBe(matches);
});

test.each([[undefined, false], [{}, false], [{ include: [] }, false], [{ include: ['a'] }, true], [{ exclude: ['a'] }, true]])('%j decides something: %s', (patterns, decides) => {
  expect(hasFilePatterns(patterns)).toBe(decides);
});

test('alternatives and stars do not multiply what a path costs', () => {
  expect(fileMatches(`${'*a'.repeat(40)}b`, 'a'.repeat(5_000))).toBe(false);
  expect(fileMatches(`${'{a,aa}'.repeat(40)}b`, 'a'.repeat(5_000))).toBe(false);
});

/** Where both know what a pattern means they agree; what they read differently (extglobs, ranges, quotes, a negation, whether `a/**` has `a`) is in the table above. */
test('it agrees with picomatch', () => {
  const part = fc.array(fc.constantFrom('a', 'b', '.', '*', '?', '[ab]', '[^a]', '{a,b}', '{ab,b*}', '-'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const path = fc.array(fc.array(fc.constantFrom('a', 'b', '.', '-', 'c'), { minLength: 1, maxLength: 4 }).map((letters) => letters.join('')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const isPlain = (text: string) => !/(^|\/)\.{1,2}(\/|$)/.test(text);
  const bothKnow = (text: string) => isPlain(text) && !/\*\*(?=[^/])|(?<=[^/])\*\*|\?\*|\*\?|\/\*\*$/.test(text);
  fc.assert(fc.property(pattern.filter(bothKnow), path.filter(isPlain), (glob, file) => {
    expect(fileMatches(glob, file), `${glob} against ${file}`).toBe(picomatch.isMatch(file, glob, { dot: true, noextglob: true, nonegate: true }));
  }), { seed: 11, numRuns: 3_000 });
});
