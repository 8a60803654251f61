import { describe, expect, test } from 'vitest';
import { LIMITS, parseTemplate, renderTemplate, stringList, stringMap, structPointer } from '../../src/template';

function render(text: string, data: Record<string, unknown> = {}): string {
  return renderTemplate(parseTemplate(text, 'prompt'), data, { missingKey: 'error' });
}

const Deps = { plan: { Name: 'plan', Outputs: stringList(['a: 1']), Results: stringMap({ branch: 'fix', pr: '7' }) } };

test.each([
  ['x\n{{ .Deps.plan.Results.brnch }}', 'line 2, column 4: there is no .brnch; did you mean .branch?'],
  ['{{ .Deps.plan.Results.nope }}', 'line 1, column 4: there is no .nope; there is branch or pr'],
  ['{{ .Nope }}', 'line 1, column 4: there is no .Nope; there is Deps or Number'],
  ['{{ index .Deps "unknown" "Outputs" }}', 'line 1, column 4: index has nothing to go on with; a key before this one is missing, or its value is nil'],
  ['{{ .Deps.plan.Name.x }}', 'line 1, column 4: .x of text; only maps have fields'],
  ['{{ eq .Number 42 }}', 'line 1, column 4: float64 and int cannot be compared; a number from JSON is a float, so write 42.0'],
  ['{{ range .Deps.plan.Name }}{{ end }}', 'line 1, column 10: range over text; only lists, maps and integers have elements'],
  ['{{ index .Deps.plan.Outputs 1 }}', 'line 1, column 4: there is no position 1 in 1 elements'],
  ['{{ len 3 }}', 'line 1, column 4: len of a number; only texts, lists and maps have a length'],
  ['{{ len }}', 'line 1, column 4: len takes 1 value, got 0'],
  ['{{ template "x" }}', 'line 1, column 1: there is no template "x"; define it: {{define "x"}}…{{end}}'],
  ['{{ .Deps.plan 1 }}', 'line 1, column 4: .plan is no function and takes no arguments'],
])('%j fails with where and why', (text, message) => {
  expect(() => render(text, { Deps, Number: 42 })).toThrow(message);
});

test('a value is inserted as it is and never parsed', () => {
  expect(render('{{.a}}', { a: '{{.b}}<&>\u{1f642}' })).toBe('{{.b}}<&>\u{1f642}');
});

test('what is not UTF-8 comes out as U+FFFD', () => {
  expect(render('{{slice .a 0 1}}|{{"\\xff"}}', { a: 'é' })).toBe('\ufffd|\ufffd');
});

describe('data', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'])('%s is a key like any other', (key) => {
    expect(() => render(`{{.${key}}}`, { a: 1 })).toThrow(`there is no .${key}`);
    expect(() => render(`{{.a.${key}}}`, { a: {} })).toThrow(`there is no .${key}`);
    expect(render(`{{index . "${key}"}}`, {})).toBe('<no value>');
    expect(() => renderTemplate(parseTemplate(`{{index . "${key}"}}`, 't'), {}, { missingKey: 'error', refusesNoValue: true })).toThrow('line 1, column 3: there is no value here');
    expect(render(`{{.${key}}}`, JSON.parse(`{"${key}":"own"}`) as Record<string, unknown>)).toBe('own');
    expect(render(`{{index .a "${key}"}}`, { a: stringMap({}) })).toBe('');
  });

  test.each([['a function', () => 1], ['a Date', new Date(0)], ['a Map', new Map()], ['a symbol', Symbol('x')]])('%s is no data', (_, value) => {
    expect(() => render('{{.a}}', { a: value })).toThrow('a variable holds what is no data');
  });

  test('what is undefined is not there', () => {
    expect(render('{{len .}}{{range $k, $v := .}}{{$k}}{{end}}', { a: undefined, b: 1 })).toBe('1b');
  });

  test('names that strangers made up are not repeated by an error', () => {
    expect(() => render('{{.a.x}}', { a: { 'ignore\nthis': 1, [`y${'z'.repeat(64)}`]: 2, fine: 3 } })).toThrow(/there is fine$/);
  });
});

describe('a template cannot take more than its share', () => {
  const many = { items: Array.from({ length: 10_000 }, (_, index) => index), big: 'x'.repeat(500_000) };
  const deep = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);

  test.each([
    ['an endless range', '{{range 999999999999}}{{end}}', 'steps'],
    ['ranges inside each other', '{{range .items}}{{range $.items}}{{end}}{{end}}', 'steps'],
    ['text made again and again', '{{range .items}}{{$x := print $.big}}{{end}}', 'steps'],
    ['long texts compared', '{{range .items}}{{if eq $.big (print $.big)}}{{end}}{{end}}', 'steps'],
    ['long formats', '{{range .items}}{{$x := printf "%.0s" $.big}}{{$x = printf $.big}}{{end}}', 'steps'],
    ['numbers with a thousand digits', '{{range .items}}{{$x := printf "%.300f" 5e-324}}{{end}}', 'steps'],
    ['long texts quoted', '{{range .items}}{{$x := printf "%q" $.big}}{{end}}', 'steps'],
    ['long keys', '{{range .items}}{{$x := index $ $.big}}{{end}}', 'steps'],
    ['thousands of variables', '{{$a := 1}}'.repeat(9_000) + '{{range .items}}{{if $}}{{end}}{{end}}', 'steps'],
    ['a text that doubles', '{{$x := "0123456789abcdef"}}{{range .items}}{{$x = print $x $x}}{{end}}', `a text of more than ${LIMITS.outputBytes} bytes`],
    ['a long output', '{{.big}}{{.big}}{{.big}}', `a text of more than ${LIMITS.outputBytes} bytes`],
    ['wide columns', '{{printf "%1000000d%1000000d" 1 1}}', `a text of more than ${LIMITS.outputBytes} bytes`],
    ['a text that grows when escaped', '{{html .quotes}}', `a text of more than ${LIMITS.outputBytes} bytes`],
    ['a template that calls itself', '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}', `more than ${LIMITS.nesting} templates call each other`],
    ['deep data', '{{.deep}}', `more than ${LIMITS.dataDepth} maps and lists are inside each other`],
    ['data inside itself', '{{.self}}', `more than ${LIMITS.dataDepth} maps and lists are inside each other`],
  ])('with %s', (_, text, reason) => {
    const self: unknown[] = [];
    self.push(self);
    expect(() => render(text, { ...many, deep: deep(LIMITS.dataDepth + 2), quotes: '"'.repeat(300_000), self })).toThrow(reason);
  });

  test('and up to its share it may', () => {
    expect(render('{{.a}}', { a: 'x'.repeat(LIMITS.outputBytes) })).toHaveLength(LIMITS.outputBytes);
    expect(render('{{len (print .a)}}', { a: deep(LIMITS.dataDepth) })).toBe(String(2 * LIMITS.dataDepth + 1));
    expect(render('{{range .items}}{{.}}{{end}}', many)).toHaveLength(38_890);
  });
});

describe('a struct', () => {
  const nil = structPointer({ get: (name) => (name === 'GetName' ? '' : undefined), names: () => [] }, { isNil: true });
  const asked: string[] = [];
  const fields: Readonly<Record<string, unknown>> = { Name: 'ann', Age: 7n, Boss: nil, Tags: ['a'] };
  const struct = structPointer({
    get: (name) => {
      asked.push(name);
      return Object.hasOwn(fields, name) ? fields[name] : undefined;
    },
    names: () => Object.keys(fields),
  }, { isNil: false });

  test.each([
    ['{{.s.Name}} {{.s.Age}} {{.s.Tags}}', 'ann 7 [a]'],
    ['{{.s.Boss}} {{print .s.Boss}} {{printf "%v" .s.Boss}}', '<nil> <nil> <nil>'],
    ['{{.s}} {{print .s}}', 'map[Age:7 Boss:<nil> Name:ann Tags:[a]] map[Age:7 Boss:<nil> Name:ann Tags:[a]]'],
    ['{{if .s}}yes{{end}}{{if .s.Boss}}yes{{else}}no{{end}}{{with .s}}{{.Name}}{{end}}', 'yesnoann'],
    ['{{.s.Boss.GetName}}|', '|'],
    ['{{eq .s.Boss nil}} {{eq .s.Name "ann"}} {{eq .s.Boss "ann"}}', 'true true false'],
    ['{{html .s.Boss}}', '&lt;nil&gt;'],
  ])('renders %j as %j', (text, expected) => {
    expect(render(text, { s: struct })).toBe(expected);
  });

  test.each([
    ['{{.s.Nmae}}', 'there is no .Nmae; did you mean .Name?'],
    ['{{.s.Boss.Name}}', '.Name of nothing; the value before it is nil'],
    ['{{index .s "Name"}}', 'index of a struct'],
    ['{{len .s}}', 'len of a struct'],
    ['{{range .s}}{{end}}', 'range over a struct'],
    ['{{eq .s .s}}', 'a struct is equal to nothing'],
  ])('%s fails, whether or not keys may be missing', (text, message) => {
    expect(() => render(text, { s: struct })).toThrow(message);
    expect(() => renderTemplate(parseTemplate(text, 't'), { s: struct }, { missingKey: 'default' })).toThrow(message);
  });

  test('makes no field that nobody asks for', () => {
    asked.length = 0;
    render('{{.s.Name}}', { s: struct });
    expect(asked).toEqual(['Name']);
  });
});
