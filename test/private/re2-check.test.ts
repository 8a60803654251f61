import { expect, test } from 'vitest';
import { renderProblem } from '../../src/private/problem';
import { checkPattern } from '../../src/private/re2-check';

const refusal = (pattern: string) => checkPattern(pattern, 'pattern').map(renderProblem);

test.each(['', '(?i)crash', '^/bot\\s+(?P<what>\\w+)$', '\\bfix\\b', 'a{2,1000}', '\\p{Greek}', '[[:alpha:]]', '\\Qa+b\\E'])('%j is a pattern', (pattern) => {
  expect(refusal(pattern)).toEqual([]);
});

test.each([
  ['(', 'missing closing ): `(`'],
  ['a)', 'unexpected ): `a)`'],
  ['[a', 'missing closing ]: `[a`'],
  ['*', 'missing argument to repetition operator: `*`'],
  ['a{2,1001}', 'invalid repeat count: `{2,1001}`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['(?<!a)b', 'invalid named capture: `(?<!a)b`; RE2 does not look ahead or behind; say it with a second pattern'],
  ['(a)\\1', 'invalid escape sequence: `\\1`; RE2 does not refer back to a group'],
  ['a++', 'invalid nested repetition operator: `++`; RE2 has no possessive quantifiers and no atomic groups, and does not need them'],
])('%j is none', (pattern, why) => {
  expect(refusal(pattern)).toEqual([`pattern: is not a regular expression of RE2, got ${JSON.stringify(pattern)}; ${why}`]);
});
