import { describe, expect, test } from 'vitest';
import { ContextSourceError } from '../../src/context-sources/context-request.ts';
import { readJsonPath } from '../../src/context-sources/json-path.ts';
import { responseText } from '../../src/context-sources/response-text.ts';

const answer = { team: 'shop', size: 3, owners: [{ name: 'ada', lead: true, at: 1 }, { name: 'bob', lead: false, at: 2 }], 'two words': null, deep: { 'a.b': { c: [1, [2, 3]] } } };

describe('readJsonPath()', () => {
  test.each<[string, unknown]>([
    ['$', answer],
    ['$.team', 'shop'],
    ['$["two words"]', null],
    ["$.deep['a.b'].c[1][-1]", 3],
    ['$.owners[0].name', 'ada'],
    ['$.owners[-1].name', 'bob'],
    ['$.owners[9].name', undefined],
    ['$.nobody', undefined],
    ['$.constructor', undefined],
    ['$.team.length', undefined],
    ['$.__proto__.toString', undefined],
    ['$.owners[*].name', ['ada', 'bob']],
    ['$.owners[1:2].name', ['bob']],
    ['$..name', ['ada', 'bob']],
    ['$.owners[?(@.lead == true)].name', ['ada']],
    ['$.owners[?(@.at >= 2)].name', ['bob']],
    ["$.owners[?(@.name == 'bo(b')].name", []],
    ['$.nobody[*]', []],
  ])('%s', (path, value) => expect(readJsonPath(path, answer)).toEqual(value));

  test.each(['team', '', '{.team}', '$.owners[?(@.lead', '$.owners[?(@.name === )]'])('%s is no path', (path) => expect(() => readJsonPath(path, answer)).toThrow(SyntaxError));

  test.each([
    '$..owners..name', "$.owners[?(@.name.match('(a+)+$'))]", "$.owners[?(@['name']['match'](/a/))]", '$.owners[?(@.name = 1)]', '$.owners[?(/(a+)+$/.test(@.name))]', '$..*@number()',
    "$.owners[?(@.constructor.constructor('return process')())]", "$.owners[?((@.name.match)('x'))]",
  ])('%s would take too long, or do more than select', (path) => expect(() => readJsonPath(path, answer)).toThrow(RangeError));

  test('an answer that is nested for ever is refused before it costs anything', () => {
    const nested = JSON.parse(`${'['.repeat(60_000)}${']'.repeat(60_000)}`) as unknown;
    for (const path of ['$', '$[0]', '$..x']) expect(() => readJsonPath(path, nested)).toThrow('nested more than 100 times');
  });
});

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
    ['{}', 'owner', 'responseFilter: "owner" is no JSONPath; it begins with $'],
  ])('%s and %s: %s', (text, path, message) => expect(() => responseText(text, path)).toThrow(new ContextSourceError(message)));
});
