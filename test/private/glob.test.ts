import { expect, test } from 'vitest';
import { checkFileGlob, checkNameGlob } from '../../src/private/glob';
import { renderProblem } from '../../src/private/problem';

const ofFile = (glob: string) => checkFileGlob(glob, 'glob').map(renderProblem);
const ofName = (glob: string) => checkNameGlob(glob, 'glob').map(renderProblem);

test.each(['main', 'release/*', 'v?.[0-9]*', '[^a-z]x', '[!a]', '\\*', '[\\]]', '[a\\-z]', 'a{b', 'a}b', 'feat-[a-z0-9]'])('%j is a glob of names', (glob) => {
  expect(ofName(glob)).toEqual([]);
});

test.each(['**/*.ts', 'src/**', '{a,b}/*.{ts,tsx}', '{a,{b,c}}', '\\{a', '[{]', '.github/**', '...'])('%j is a glob of files', (glob) => {
  expect(ofFile(glob)).toEqual([]);
});

const CLASS = 'a [ begins a class of characters such as [a-z], and this one does not end or holds nothing';
test.each([
  ['', 'it matches nothing'],
  ['a[', CLASS],
  ['[]', CLASS],
  ['[]a]', CLASS],
  ['[a', CLASS],
  ['[a-]', CLASS],
  ['[-a]', CLASS],
  ['[^]', CLASS],
  ['[a\\', CLASS],
  ['a\\', 'the backslash at its end escapes nothing'],
])('%j is no glob of either', (glob, why) => {
  const line = `glob: is not a glob, got ${JSON.stringify(glob)}; ${why}`;
  expect([ofName(glob), ofFile(glob)]).toEqual([[line], [line]]);
});

test.each([
  ['{a,b', 'is not a glob, got "{a,b"; a { begins alternatives such as {a,b}, and these do not end'],
  ['a}', 'is not a glob, got "a}"; a } ends alternatives that do not begin'],
  ['/src/**', 'can never match, got "/src/**"; paths of files begin at the root of the repository, without / and ./; write src/**'],
  ['./src/**', 'can never match, got "./src/**"; paths of files begin at the root of the repository, without / and ./; write src/**'],
  ['../src', 'can never match, got "../src"; paths of files begin at the root of the repository, without / and ./; write src'],
])('%j is no glob of files', (glob, why) => {
  expect(ofFile(glob)).toEqual([`glob: ${why}`]);
});
