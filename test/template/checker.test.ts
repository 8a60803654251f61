import { describe, expect, test } from 'vitest';
import { ANYTHING, type Shape, TEXT, checkTemplate } from '../../src/template';
import { cases } from './golden-cases';

const left: Shape = { kind: 'record', fields: new Map<string, Shape>([['Name', TEXT], ['Outputs', { kind: 'list', of: TEXT }], ['Results', { kind: 'dictionary', of: TEXT }]]) };
const root: Shape = {
  kind: 'record',
  fields: new Map<string, Shape>([
    ['Deps', { kind: 'record', fields: new Map([['plan', left], ['task-a', left]]), fix: 'add it to dependsOn' }],
    ['Number', { kind: 'number' }],
    ['Payload', ANYTHING],
  ]),
};

/** The findings, each as one line. */
function findingsOf(text: string): string[] {
  return checkTemplate(text, 'prompt', root).findings.map(({ code, line, column, got, allowed, fix }) => [`${line}:${column}`, code, got, allowed, fix].filter(Boolean).join(' | '));
}

test.each([
  ['{{.Deps.plan.Name}} {{index .Deps "task-a" "Results" "branch"}} {{.Deps.plan.Results.anything}}'],
  ['{{range $i, $o := index .Deps "task-a" "Outputs"}}{{if $i}}, {{end}}{{len $o}}{{else}}{{.Number}}{{end}}'],
  ['{{with .Deps.plan}}{{.Name}}{{with $.Deps}}{{index . "task-a" "Name"}}{{end}}{{else}}{{.Number}}{{end}}'],
  ['{{range $name, $dep := .Deps}}{{$name}}: {{$dep.Results.x}}{{end}}'],
  ['{{$d := .Deps.plan}}{{if .Number}}{{$d = index .Deps "task-a"}}{{end}}{{$d.Name}}'],
  ['{{(index .Deps "plan").Name}} {{.Payload.a.b.c}} {{range .Payload}}{{.x}}{{end}}'],
  ['{{define "one"}}{{.Name}}{{template "one" .}}{{end}}{{template "one" .Deps.plan}}'],
  ['{{define "one"}}{{template "one" (not .)}}{{template "one" 1}}{{template "one" (print .)}}{{end}}{{template "one" true}}'],
  ['{{or .Payload.title .Deps.plan.Name | printf "%s"}} {{slice .Deps.plan.Outputs 1 | len}}'],
  ['{{range .Number}}{{.}}{{end}}{{index .Deps .Payload.name "Name"}}'],
])('%j is fine', (text) => {
  expect(findingsOf(text)).toEqual([]);
});

test.each([
  ['{{.Dps}}', ['1:3 | unknown-variable | .Dps | . has Deps, Number or Payload | did you mean .Deps?']],
  ['a\n{{.Deps.paln.Name}}', ['2:3 | unknown-variable | .Deps.paln | .Deps has plan or task-a | did you mean .Deps.plan?']],
  ['{{.Deps.other.Name}}', ['1:3 | unknown-variable | .Deps.other | .Deps has plan or task-a | add it to dependsOn']],
  ['{{index .Deps "task-b" "Name"}}', ['1:15 | unknown-variable | index .Deps "task-b" | .Deps has plan or task-a | did you mean index .Deps "task-a"?']],
  ['{{index .Deps "task-a" "Reslts"}}', ['1:24 | unknown-variable | index .Deps "task-a" "Reslts" | index .Deps "task-a" has Name, Outputs or Results | did you mean index .Deps "task-a" "Results"?']],
  ['{{if .A}}{{.B}}{{else}}{{.C}}{{end}}', ['1:6 | unknown-variable | .A | . has Deps, Number or Payload', '1:12 | unknown-variable | .B | . has Deps, Number or Payload', '1:26 | unknown-variable | .C | . has Deps, Number or Payload']],
  ['{{with .Deps.plan}}{{.Nam}}{{end}}', ['1:22 | unknown-variable | .Deps.plan.Nam | .Deps.plan has Name, Outputs or Results | did you mean .Deps.plan.Name?']],
  ['{{range .Deps.plan.Outputs}}{{.x}}{{end}}', ['1:31 | invalid-template | .x of text; only maps have fields']],
  ['{{range .Deps.plan.Name}}{{end}}', ['1:9 | invalid-template | range over text; only lists, maps and integers have elements']],
  ['{{define "one"}}{{.Nme}}{{end}}{{template "one" .Deps.plan}}', ['1:19 | unknown-variable | .Deps.plan.Nme | .Deps.plan has Name, Outputs or Results | did you mean .Deps.plan.Name?']],
  ['{{template "one"}}', ['1:1 | invalid-template | there is no template "one" | define it: {{define "one"}}…{{end}}']],
  ['{{len}}', ['1:3 | invalid-template | len takes 1 value, got 0']],
  ['${{ github.sha }}', ['1:5 | invalid-template | there is no function "github"; there are and, call, eq, ge, gt, html, index, js, le, len or 9 more; a variable begins with a dot: .github | braces that are no template are written {{"{{"}}']],
])('%j is not', (text, findings) => {
  expect(findingsOf(text)).toEqual(findings);
});

describe('the variables that a template reads', () => {
  test.each([
    ['{{.Deps.plan.Results.branch}} {{index .Deps "task-a" "Outputs" 0}}', ['Deps.plan.Results.branch', 'Deps.task-a.Outputs']],
    ['{{with index .Deps "plan"}}{{.Name}}{{end}}', ['Deps.plan', 'Deps.plan.Name']],
    ['{{range .Deps}}{{.Name}}{{end}}', ['Deps']],
    ['{{index .Deps .Payload.name}}', ['Payload.name', 'Deps']],
    ['{{$x := .Deps.plan}}{{if false}}{{$x.Name}}{{end}}', ['Deps.plan', 'Deps.plan.Name']],
    ['{{define "d"}}{{$.Name}}{{end}}{{template "d" .Deps.plan}}', ['Deps.plan', 'Deps.plan.Name']],
    ['no template', []],
  ])('of %j', (text, names) => {
    expect(checkTemplate(text, 'prompt', root).variables.map((path) => path.join('.'))).toEqual(names);
  });
});

describe('the variables that a template prints', () => {
  test.each([
    ['{{.Number}} {{.Payload.title | printf "%q"}}', ['Number', 'Payload.title']],
    ['{{if .Payload.draft}}x{{else if eq .Payload.state "open"}}{{len .Payload.title}}{{end}}', []],
    ['{{with .Payload.title}}{{.}}{{end}}{{range .Deps.plan.Outputs}}{{.}}{{end}}', ['Payload.title', 'Deps.plan.Outputs']],
    ['{{$x := .Payload.a}}{{$y := $x}}{{if .Number}}{{$y = .Payload.b}}{{end}}{{print $y}}', ['Payload.a', 'Payload.b']],
    ['{{urlquery .Payload.title}}{{.Payload.title | urlquery | print}}{{.Payload.title}}', ['Payload.title as a query', 'Payload.title']],
    ['{{define "t"}}{{.}}{{end}}{{template "t" .Deps.plan.Name}}{{template "t" .Payload.title}}', ['Deps.plan.Name', 'Payload.title']],
    ['{{index .Deps .Payload.name "Name"}}{{slice .Payload.title 0 5}}{{or .Payload.a .Payload.b}}', ['Deps', 'Payload.title', 'Payload.a', 'Payload.b']],
    ['{{.}}', ['']],
  ])('of %j', (text, names) => {
    expect(checkTemplate(text, 'branch', root).printed.map(({ variable, isQueryEscaped }) => `${variable.join('.')}${isQueryEscaped ? ' as a query' : ''}`)).toEqual(names);
  });

  test('are told with the place that prints them', () => {
    expect(checkTemplate('a\nb{{ .Number }}', 'branch', root).printed).toEqual([{ variable: ['Number'], isQueryEscaped: false, line: 2, column: 5 }]);
  });

  test('do not grow with a variable that is set from itself', () => {
    const text = `{{$x := .Payload.a}}${'{{$x = print $x $x}}'.repeat(200)}{{$x}}`;
    expect(checkTemplate(text, 'branch', root).printed.map(({ variable }) => variable.join('.'))).toEqual(['Payload.a']);
  });
});

test('what may be missing is read with index, by the name that the user knows', () => {
  const event: Shape = { kind: 'record', called: 'an event', fields: new Map([['Title', TEXT], ['Body', TEXT]]), optional: new Set(['Body']) };
  const findings = (text: string) => checkTemplate(text, 'prompt', event).findings;
  expect(findings('{{.Title}}{{with index . "Body"}}{{.}}{{end}}')).toEqual([]);
  expect(findings('{{if .Body}}{{end}}{{.Boy}}')).toEqual([
    { code: 'unknown-variable', line: 1, column: 6, got: '.Body', allowed: 'an event does not always have it, and rendering fails without it', fix: 'write {{with index . "Body"}}{{.}}{{end}}' },
    { code: 'unknown-variable', line: 1, column: 22, got: '.Boy', allowed: 'an event has Body or Title', fix: 'did you mean .Body?' },
  ]);
});

test('of thousands of templates, those that Go does not parse are found, and no other is called unparsable', () => {
  const isFound = (text: string) => checkTemplate(text, 'prompt', ANYTHING).findings.some(({ fix }) => fix?.startsWith('braces'));
  expect(cases.filter(({ t, e }) => isFound(t) !== (e === 'parse'))).toEqual([]);
});

test('no variable of thousands of templates is lost: what is rendered from nothing but literals reads none', () => {
  const readsNothing = ({ t, o }: { t: string; o?: string }) => o !== undefined && !/[.$]|index|range/.test(t);
  expect(cases.filter(readsNothing).filter(({ t }) => checkTemplate(t, 'prompt', root).variables.length > 0)).toEqual([]);
});
