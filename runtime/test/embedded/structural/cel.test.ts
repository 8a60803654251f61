import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/embedded/structural/cel.ts';

describe('matches', () => {
  test.each([
    ['self.name.matches("^[a-z]+$")', 'abc', true],
    ['self.name.matches("^[a-z]+$")', 'Abc', false],
    ['self.name . matches (r"\\d")', 'a1', true],
    ['self.name.matches("b")', 'abc', true],
    ['["abc"].exists(x, x.matches(self.name))', 'b', true],
    // Only RE2 knows them.
    ['self.name.matches("(?i)^ABC$")', 'abc', true],
    ['self.name.matches(r"^\\pL+$")', 'été', true],
  ])('%s of %j is %j', (expression, name, expected) => {
    expect(compile(expression)({ self: { name } })).toBe(expected);
  });

  test.each([
    'self == ".matches("', "self == '.matches('", 'self == r".matches("', 'self == """.matches("""', String.raw`self == "\".matches(".substring(1)`, 'self == ".matches(" // "x".matches(',
  ])('in the text of %s is text', (expression) => {
    expect(compile(expression)({ self: '.matches(' })).toBe(true);
  });

  test('takes time linear to the text, whatever the pattern', () => {
    // Each character doubles the time of an engine that goes back: JavaScript's would not end today.
    expect(compile('self.matches("^(a+)+$")')({ self: `${'a'.repeat(5_000)}!` })).toBe(false);
  });

  test.each(['self.matches(1)', 'self.matches("a"'])('is told of by its name when %s is wrong', (expression) => {
    expect(() => compile(expression)({ self: 'a' })).toThrow(/^(?![^]*matchRE)[^]*self\.matches\(/);
  });

  test('with what only other engines know is an error, not an answer', () => {
    expect(() => compile('self.matches("(?=a)")')({ self: 'a' })).toThrow();
  });
});
