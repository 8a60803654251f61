import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WRONG, listOf, quote, renderProblem } from '../../src/private/problem';

describe('a problem', () => {
  test('is told as where, what, got, allowed and what to do', () => {
    expect(renderProblem({ code: 'too-small', path: 'replicas', got: '0', allowed: 'at least 1', fix: 'leave it out' })).toBe('replicas: is too small, got 0; at least 1; leave it out');
  });

  test('leaves out what is empty', () => {
    expect(renderProblem({ code: 'required', path: 'prompt' })).toBe('prompt: is missing');
    expect(renderProblem({ code: 'required', path: '' })).toBe('is missing');
  });
});

describe('a quote', () => {
  test.each([
    { value: 'x', text: '"x"' },
    { value: undefined, text: 'nothing' },
    { value: 3, text: '3' },
    { value: 'a'.repeat(81), text: `"${'a'.repeat(80)}…"` },
    { value: 'line\nbreak', text: '"line\\nbreak"' },
    { value: 'https://user:pass@host/x', text: '"https://***@host/x"' },
    { value: 'https://token@host/x', text: '"https://***@host/x"' },
  ])('of $value is $text', ({ value, text }) => {
    expect(quote(value)).toBe(text);
  });
});

test('a list is sorted, has each word once and at most ten', () => {
  expect(listOf([])).toBe('');
  expect(listOf(['b', 'a', 'b'])).toBe('a or b');
  expect(listOf(Array.from({ length: 12 }, (_, index) => String.fromCharCode(97 + index)))).toBe('a, b, c, d, e, f, g, h, i, j or 2 more');
});

test('docs/errors.md explains every message of synth, and no other', () => {
  const [text] = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').split('\n## What a failed Task says\n') as [string];
  const explained = [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)].map(([, message]) => message).filter((message) => message !== 'the line says that it');
  expect(explained).toEqual(Object.values(WRONG).sort());
});
