import { expect, test } from 'vitest';
import { LIMITS, TemplateError, parseTemplate } from '../../src/template';

function reasonOf(text: string): string {
  try {
    parseTemplate(text, 'prompt');
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
    return (error as TemplateError).message;
  }
  return 'it parses';
}

test.each([
  ['{{ secrets.TOKEN }}', 'line 1, column 4: there is no function "secrets"; there are and, call, eq, ge, gt, html, index, js, le, len or 9 more; a variable begins with a dot: .secrets'],
  ['a\nb {{ prnt .x }}', 'line 2, column 6: there is no function "prnt"; did you mean print?'],
  ['{{ .Deps.task-a.Name }}', 'line 1, column 14: "-" cannot follow .task; a name with "-" is read with index: {{index .Deps "task-a" "Name"}}'],
  ['{{ $x }}', 'line 1, column 4: $x is not set here; set it before: {{$x := …}}'],
  ['{{ $long := 1 }}{{ $lnog }}', 'line 1, column 20: $lnog is not set here; did you mean $long?'],
  ['x {{ .A', 'line 1, column 3: the action is never closed; end it with }}'],
  ['{{/* note', 'line 1, column 1: the comment is never closed; end it with */}}'],
  ['{{if .A}}\nyes', 'line 1, column 1: this block is never closed; add {{end}}'],
  ['no\n{{end}}', 'line 2, column 3: {{end}} ends nothing; take it out'],
  ['{{if .A}}{{else}}{{else}}{{end}}', 'line 1, column 20: this block has an {{else}} already'],
  ['{{break}}', 'line 1, column 3: {{break}} stands inside a range'],
  ['{{"a\\q"}}', 'line 1, column 3: the text has an escape that Go does not know; write \\\\ for a backslash'],
  ['{{089}}', 'line 1, column 3: 089 is not a number that Go can hold'],
  ["{{'ab'}}", "line 1, column 3: 'ab' is not a character; write a text in double quotes"],
  ['{{1 | 2}}', 'line 1, column 7: what follows a | has to be a function; a value cannot be given another'],
  ['{{(.A}}', 'line 1, column 6: a parenthesis is not closed; add )'],
  ['{{if}}{{end}}', 'line 1, column 5: if lacks a value'],
  ['{{define "a"}}1{{end}}{{define "a"}}2{{end}}', 'line 1, column 23: there are two templates called "a"; rename one'],
  ['{{template a}}', 'line 1, column 12: a is not expected after template; the name of a template is a text in quotes'],
  [`{{template 1${'0'.repeat(100)}}}`, `line 1, column 12: 1${'0'.repeat(39)}… is not expected after template; the name of a template is a text in quotes`],
])('%j is refused with where and why', (text, message) => {
  expect(reasonOf(text)).toBe(message);
});

test.each([
  { it: 'parentheses', at: (depth: number) => `{{${'('.repeat(depth)}1${')'.repeat(depth)}}}` },
  { it: 'blocks', at: (depth: number) => '{{if 1}}'.repeat(depth) + '{{end}}'.repeat(depth) },
])('$it may be inside each other up to the limit', ({ at }) => {
  expect(reasonOf(at(LIMITS.nesting))).toBe('it parses');
  expect(reasonOf(at(LIMITS.nesting + 1))).toContain(`more than ${LIMITS.nesting} blocks and parentheses are inside each other`);
});

test('a template may be as large as the limit, counted in bytes', () => {
  expect(reasonOf('é'.repeat(LIMITS.templateBytes / 2))).toBe('it parses');
  expect(reasonOf(`${'é'.repeat(LIMITS.templateBytes / 2)}.`)).toContain(`the template has more than ${LIMITS.templateBytes} bytes`);
});
