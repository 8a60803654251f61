import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TaskBuildError } from '../../src/spawners/task-build-error.ts';
import { taskNameOf } from '../../src/spawners/task-name.ts';
import { aSpawner } from './spawner-fixtures.ts';

const looked = { isPushed: false };
const told = { isPushed: true };
const nameOf = (name: string, nameSuffix: string, how = looked) => taskNameOf(aSpawner({ name }), { nameSuffix, variables: {} }, how);

describe('the name of a Task', () => {
  test.each([
    { it: 'is spawner and event', name: 'workers', suffix: '42', is: 'workers-42' },
    { it: 'is of lower case', name: 'tools-kelos-agent-mpf-analyze', suffix: 'MPF-17', is: 'tools-kelos-agent-mpf-analyze-mpf-17' },
    { it: 'of a delivery is that of the reference', name: 'workers', suffix: 'issue-comment-0b220df19691', how: told, is: 'workers-issue-comment-0b220df19691' },
    { it: 'may be long where the reference does not cut it', name: 'a'.repeat(63), suffix: '42', is: `${'a'.repeat(63)}-42` },
    { it: 'of a delivery keeps its hash, and the spawner is cut', name: 'a'.repeat(63), suffix: 'issue-comment-0b220df19691', how: told, is: `${'a'.repeat(36)}-issue-comment-0b220df19691` },
    { it: 'of a message is cut as in the reference', name: `${'a'.repeat(43)}-b`, suffix: 'slack-0b220df19691', how: told, is: `${'a'.repeat(43)}-slack-0b220df19691` },
    { it: 'has a hash where characters had to go', name: 'workers', suffix: 'a_b', is: 'workers-a-b-648fa9b3' },
    { it: 'is a hash where nothing stays', name: 'workers', suffix: '🥚', is: 'workers-07c212a9' },
  ])('$it', ({ name, suffix, how, is }) => {
    expect(nameOf(name, suffix, how)).toBe(is);
  });

  test('is a name, and another for another event, whatever its parts are', () => {
    const spawner = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/).filter((name) => isName(name));
    const suffix = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 400 }), fc.stringMatching(/^[A-Z]{1,9}-[0-9]{1,7}$/));
    fc.assert(
      fc.property(spawner, suffix, suffix, fc.boolean(), (name, one, other, isPushed) => {
        const [a, b] = [one, other].map((event) => nameOf(name, event, { isPushed }));
        expect(isName(a!)).toBe(true);
        expect(a!.length).toBeLessThanOrEqual(isPushed ? 63 : 253);
        if (one.toLowerCase() !== other.toLowerCase()) expect(a).not.toBe(b);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a nameTemplate', () => {
  const named = (nameTemplate: string, variables: object = { Title: 'x', Number: 42n }) => taskNameOf(aSpawner({ template: { nameTemplate } }), { nameSuffix: '1', variables: { ...variables } }, looked);

  test.each([
    ['UPPER_case', 'upper-case'],
    ['pr #42', 'pr--42'],
    ['-leading-and-trailing.', 'leading-and-trailing'],
    ['emoji🥚label', 'emoji-label'],
    ['v1.2.3', 'v1.2.3'],
    ['a..b', 'a.b'],
    ['a.-b', 'a.b'],
    ['a-.b', 'a.b'],
    ['.foo.', 'foo'],
    ['foo.-', 'foo'],
    ['org/repo:tag', 'org-repo-tag'],
    ['a'.repeat(100), 'a'.repeat(63)],
    ['İstanbul ΑΣ', 'istanbul'],
  ])('makes a name of %j', (title, name) => {
    expect(named('{{.Title}}', { Title: title })).toBe(name);
  });

  test.each(['---', '..', '', '🥚'])('refuses what comes to nothing: %j', (title) => {
    expect(() => named('{{.Title}}', { Title: title })).toThrow(new TaskBuildError('taskTemplate.nameTemplate', 'came to nothing that a name may hold; a name has letters from a to z, digits, - and .', title));
  });

  test.each(['{{.Context.foo}}', '{{index . "Context"}}', '{{if .Context.a}}x{{end}}', '{{with .Context}}x{{end}}', '{{range $i, $c := .Context.list}}x{{end}}', '{{$c := .Context}}x', '{{$.Context.a}}', '{{define "a"}}{{.Context}}{{end}}x', '{{len (index . "Context")}}', '{{if false}}{{else}}{{.Context}}{{end}}', '{{template "a" .Context}}{{define "a"}}{{end}}'])('must not read context sources: %s', (template) => {
    expect(() => named(template)).toThrow('taskTemplate.nameTemplate: must not read context sources');
  });

  test.each([
    ['{{.Titel}}', 'taskTemplate.nameTemplate: cannot be rendered for this event, line 1, column 3'],
    ['{{', 'taskTemplate.nameTemplate: is not a template that can be rendered, line 1'],
    ['pr-{{index . "Branch"}}', 'taskTemplate.nameTemplate: reads a variable that this event does not have'],
  ])('that cannot be rendered is refused: %s', (template, says) => {
    expect(() => named(template)).toThrow(says);
  });

  test('may speak of a context, and of a field of that name further down', () => {
    expect(named('context-{{.Payload.Context}}', { Payload: { Context: 'A' } })).toBe('context-a');
  });
});

function isName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}
