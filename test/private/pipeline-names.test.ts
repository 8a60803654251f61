import { expect, test } from 'vitest';
import { taskNamesOf } from '../../src/private/pipeline-names';

const a = (length: number) => 'a'.repeat(length);
const b = (length: number) => 'b'.repeat(length);

test.each<[string, string, number, string[]]>([
  ['nightly', 'scan', 1, ['nightly-scan']],
  ['nightly', 'scan', 2, ['nightly-scan-0', 'nightly-scan-1']],
  [a(58), 'plan', 1, [`${a(58)}-plan`]],
  [a(59), 'plan', 1, [`${a(54)}-c4db34dd`]],
  [a(80), 'plan', 1, [`${a(54)}-ab720f46`]],
  [`${a(53)}-x`, b(30), 1, [`${a(53)}-6423f556`]],
])('the Tasks of pipeline %s, stage %s, %i in number are called so', (pipeline, name, total, names) => {
  expect(taskNamesOf(pipeline, { name, total })).toEqual(names);
});

test('the number is part of what is cut', () => {
  expect(taskNamesOf(a(40), { name: b(30), total: 10 })[3]).toBe(`${a(40)}-${b(13)}-9385bc51`);
});
