import { describe, expect, test } from 'vitest';
import { JsonPath } from '../../src/json-path/json-path.ts';

const payload = {
  a: { b: [1, 2, { c: 'x', n: 5 }, { c: 'y', n: 7 }] },
  'k-1': true, none: null, 'ä b': 'ü', __proto__2: 1,
};

describe('what a path selects', () => {
  test.each<[string, unknown[], boolean]>([
    ['$.a.b[0]', [1], false], ['$["a"]["b"][1]', [2], false], ["$['ä b']", ['ü'], false], ['$.k-1', [true], false], ['$.none', [null], false], ['$.a.b[-1].c', ['y'], false],
    ['$.a.b[-5]', [], false], ['$.a.b[4]', [], false], ['$.zz', [], false], ['$.a.b.c', [], false], ['$.k-1.x', [], false], ['$["\\u0061"].b[0]', [1], false],
    ['$.a.b[1:3]', [2, { c: 'x', n: 5 }], true], ['$.a.b[:1]', [1], true], ['$.a.b[-1:]', [{ c: 'y', n: 7 }], true], ['$.a.b[::2]', [1, { c: 'x', n: 5 }], true],
    ['$.a.b[::-1]', [{ c: 'y', n: 7 }, { c: 'x', n: 5 }, 2, 1], true], ['$.a.b[2:0:-1]', [{ c: 'x', n: 5 }, 2], true],
    ['$.a.b[0,1]', [1, 2], true], ['$["k-1","none"]', [true, null], true], ['$.a.*', [[1, 2, { c: 'x', n: 5 }, { c: 'y', n: 7 }]], true], ['$.a.b[*].c', ['x', 'y'], true],
    ['$..c', ['x', 'y'], true], ['$..b[0]', [1], true], ['$.a.b[?(@.c == "y")].n', [7], true], ['$.a.b[?(@.n > 4 && !(@.c =~ "^x"))].c', ['y'], true],
    ['$.a.b[?(@.n)].c', ['x', 'y'], true], ['$.a.b[?(@.n < 6 || @.c == \'y\')].n', [5, 7], true], ['$.a.b[?(@ == 2)]', [2], true], ['$.a.b[?(@.n >= $.a.b[2].n)].n', [5, 7], true],
    ['$.a.b[?(@.zz == null)]', [], true], ['$.a.b[?(@.n != 5)].n', [7], true], ['$.a.b[?(@.c > 4)]', [], true], ['$[?(@ == null)]', [null], true], ['$[?(@ == true)]', [true], true],
  ])('%s', (path, values, isList) => {
    expect(new JsonPath(path).select(payload)).toEqual({ values, isList });
  });

  test.each(['$.constructor', '$.__proto__', '$["__proto__"]', '$.a.b.length', '$.a.constructor.name', '$.k-1.toString', '$.a.b["length"]'])('no member of a prototype: %s', (path) => {
    expect(new JsonPath(path).select(payload).values).toEqual([]);
  });
});

describe('what is no path says where', () => {
  test.each([
    ['', '$ is expected at its end'], ['a.b', '$ is expected at "a.b"'], ['{.a}', '$ is expected at "{.a}"'], ['$.', 'a name is expected at its end'], ['$a', "a step such as .name, [0] or ['name'] is expected at \"a\""],
    ['$.a b', "a step such as .name, [0] or ['name'] is expected at \" b\""], ['$[', 'a place, a name in quotes, a range, * or ?(…) is expected at its end'], ['$[0', '] is expected at its end'],
    ['$[::0]', 'a range has to go on, so its step is not 0 at "]"'], ['$[?(@.a ==)]', '@, $, a text in quotes, a number, true, false or null is expected at ")]"'], ['$[?(@.a', ') is expected at its end'],
    ['$[?(@.a =~ 1)]', 'a pattern in quotes is expected at "1)]"'], ['$[?(@.a.repeat(9))]', ') is expected at "(9))]"'], ['$.a~', "a step such as .name, [0] or ['name'] is expected at \"~\""], ['$.a^', "a step such as .name, [0] or ['name'] is expected at \"^\""],
    ['$[(@.length-1)]', 'a place, a name in quotes, a range, * or ?(…) is expected at "(@.length-1)]"'],
  ])('%s', (path, message) => {
    expect(() => new JsonPath(path)).toThrow(new SyntaxError(message));
  });

  test.each([
    "$.owners[?(@.name.match('(a+)+$'))]", "$.owners[?(@['name']['match'](/a/))]", '$.owners[?(@.name = 1)]', '$.owners[?(/(a+)+$/.test(@.name))]', '$..*@number()',
    "$.owners[?(@.constructor.constructor('return process')())]", "$.owners[?((@.name.match)('x'))]", '$.owners[?(@.name === )]',
  ])('nothing is called: %s', (path) => {
    expect(() => new JsonPath(path)).toThrow(SyntaxError);
  });

  test('a pattern is one of RE2', () => {
    expect(() => new JsonPath('$[?(@.a =~ "(?=x)")]')).toThrow(SyntaxError);
  });

  test.each([`$[?(${'!'.repeat(100)}@.a)]`, `$[?(${'('.repeat(100)}@.a${')'.repeat(100)})]`, `$${'.a'.repeat(100)}`])('one that is too deep', (path) => {
    expect(() => new JsonPath(path)).toThrow(SyntaxError);
  });
});

describe('the work is bounded', () => {
  const deep = Array.from({ length: 150 }).reduce<unknown>((inner) => ({ a: inner, b: inner }), 1);

  test.each(['$..*..*..*', '$..a..a..a..a', '$..[?(@.a)]..a..a'])('%s of a value with 2¹⁵⁰ ways through it', (path) => {
    expect(() => new JsonPath(path).select(deep)).toThrow(RangeError);
  });

  test('a pattern that others take for ever for', () => {
    const text = `${'a'.repeat(30_000)}!`;
    expect(new JsonPath('$[?(@ =~ "^(a+)+$")]').select([text]).values).toEqual([]);
  });
});
