import { expect, test } from 'vitest';
import { checkJsonPath } from '../../src/private/json-path';
import { renderProblem } from '../../src/private/problem';

const refusal = (expression: string) => checkJsonPath(expression, 'jsonPath').map(renderProblem);

test.each(['$', '$.a', '$.a.b-c_d', '$..a', '$.*', '$[0]', '$[-1]', '$[*]', '$[1:3]', '$[::2]', "$['a b']", '$["a\\"b"][0]', "$['a','b']", '$[0, 2]', '$.items[?(@.name == "x")].id', '$..[0]', '$.größe'])('%j is a JSONPath', (expression) => {
  expect(refusal(expression)).toEqual([]);
});

test.each([
  ['', 'it has to begin with $'],
  ['a.b', 'it has to begin with $; write $.a.b'],
  ['.a', 'it has to begin with $; write $.a'],
  ['[0].a', 'it has to begin with $; write $[0].a'],
  ['{.a.b}', 'it is not in braces, as that of kubectl is; write $.a.b'],
  ['{$.a}', 'it is not in braces, as that of kubectl is; write $.a'],
  ['$.', 'a step such as .name, [0] or [\'name\'] is expected at "."'],
  ['$.a[', 'a step such as .name, [0] or [\'name\'] is expected at "["'],
  ['$.a[x]', 'a step such as .name, [0] or [\'name\'] is expected at "[x]"'],
  ["$['a]", 'a step such as .name, [0] or [\'name\'] is expected at "[\'a]"'],
  ['$.a b', 'a step such as .name, [0] or [\'name\'] is expected at " b"'],
  ['$.1a', 'a step such as .name, [0] or [\'name\'] is expected at ".1a"'],
])('%j is none', (expression, why) => {
  expect(refusal(expression)).toEqual([`jsonPath: is not a JSONPath, got ${JSON.stringify(expression)}; ${why}`]);
});
