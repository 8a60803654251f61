import { describe, expect, test } from 'vitest';
import { checkFileName, checkLabelName, checkObjectName, duplicatesOf } from '../../src/private/names';

describe('the name of an object', () => {
  test.each([
    { name: 'a'.repeat(63), becomesLabel: true, code: undefined },
    { name: 'a'.repeat(64), becomesLabel: true, code: 'too-long' },
    { name: 'a'.repeat(253), becomesLabel: false, code: undefined },
    { name: 'a'.repeat(254), becomesLabel: false, code: 'too-long' },
    { name: 'fix.v1-2', becomesLabel: true, code: undefined },
    { name: 'Fix', becomesLabel: true, code: 'invalid-name' },
    { name: 'fix_it', becomesLabel: false, code: 'invalid-name' },
    { name: '-fix', becomesLabel: false, code: 'invalid-name' },
    { name: 'fix..it', becomesLabel: false, code: 'invalid-name' },
    { name: '', becomesLabel: false, code: 'invalid-name' },
  ])('$name with children: $becomesLabel is judged $code', ({ name, becomesLabel, code }) => {
    expect(checkObjectName(name, { becomesLabel }).map((problem) => problem.code)).toEqual(code === undefined ? [] : [code]);
  });
});

test.each(['shop', 'a', 'team-1', 'a'.repeat(63)])('a namespace can be %s', (name) => expect(checkLabelName(name, 'namespace')).toEqual([]));
test.each(['', 'Shop', 'a.b', 'a-', 'a'.repeat(64)])('a namespace cannot be %j', (name) => expect(checkLabelName(name, 'namespace')).toMatchObject([{ code: 'invalid-name' }]));

test.each(['review', 'my skill', 'v1.2', '...'])('a directory can be %s', (name) => expect(checkFileName(name, 'name')).toEqual([]));
test.each(['', '.', '..', 'a/b', 'a\\b', ' a', 'a\n'])('a directory cannot be %j', (name) => expect(checkFileName(name, 'name')).toMatchObject([{ code: 'invalid-name' }]));

test('what occurs twice is named once', () => expect(duplicatesOf(['a', 'b', 'a', 'c', 'a', 'b'])).toEqual(['a', 'b']));
