import { expect, test } from 'vitest';
import { cut, duration, harmless, painter, table } from '../src/terminal.ts';

test('a table has columns as wide as their widest cell and no space at the end of a line', () => {
  expect(table(['NAME', 'PHASE'], [['a-long-name', 'Running'], ['b', '']])).toBe('NAME         PHASE\na-long-name  Running\nb\n');
});

test.each([[0, '0 ms'], [999, '999 ms'], [1_000, '1.0 s'], [59_949, '59.9 s'], [245_000, '4 min 5 s']])('%d ms is told as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('what an agent prints cannot move the cursor or rename the window', () => {
  expect(harmless('a\u001b[2Jb\u0007c\td\u009b1me')).toBe('a[2Jbc\td1me');
});

test('what an agent prints reads as it is written', () => {
  expect(harmless('safe\u202e\u2066txt.exe\u2069')).toBe('safetxt.exe');
});

test('no cell of a table makes a line of its own or colours the next one', () => {
  expect(table(['NAME', 'BRANCH'], [['a', 'x\nb  main\u001b[8m'], ['c', 'd\te']])).toBe('NAME  BRANCH\na     x b  main[8m\nc     d e\n');
});

test('colours are for terminals', () => {
  expect(painter({ isTerminal: false })('red', 'x')).toBe('x');
  expect(painter({ isTerminal: true })('red', 'x')).toBe('\u001b[31mx\u001b[39m');
});

test.each([['short', 5, 'short'], ['longer', 5, 'long…'], ['longer', 0, '…']])('%j cut to %d characters is %j', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
});
