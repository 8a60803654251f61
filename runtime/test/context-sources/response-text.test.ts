import { describe, expect, test } from 'vitest';
import { ContextSourceError } from '../../src/context-sources/context-request.ts';
import { responseText } from '../../src/context-sources/response-text.ts';

describe('responseText()', () => {
  const numbers = JSON.stringify({ n: 1_000_000, small: 0.00001, whole: 500, half: 123456.5, yes: true, none: null, text: '<b>', list: [1, 'a', null], map: { b: 1, a: [{ d: 1, c: 2 }] } });

  test.each([
    ['$.n', '1e+06'], ['$.small', '1e-05'], ['$.whole', '500'], ['$.half', '123456.5'], ['$.yes', 'true'], ['$.none', '<nil>'], ['$.text', '<b>'], ['$.list', '[1,"a",null]'],
    ['$.map', '{"a":[{"c":2,"d":1}],"b":1}'], ['$.list[*]', '[1,"a",null]'],
  ])('%s is %s', (path, text) => expect(responseText(numbers, path)).toBe(text));

  test('without a filter it is the body as it is', () => expect(responseText('no JSON \u{1f95a}', undefined)).toBe('no JSON \u{1f95a}'));

  test.each([
    ['{}', '$.owner', 'responseFilter "$.owner": the answer has nothing there'],
    ['secret-looking', '$.owner', 'the answer is not JSON, which responseFilter needs'],
    ['{}', 'owner', 'responseFilter "owner": $ is expected at "owner"'],
    [`${'['.repeat(60_000)}${']'.repeat(60_000)}`, '$[0]', 'responseFilter: the answer is nested more than 100 times'],
  ])('%s and %s: %s', (text, path, message) => expect(() => responseText(text, path)).toThrow(new ContextSourceError(message)));
});
