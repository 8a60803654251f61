import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import '../../runtime/test/seed';
import { ANYTHING, TemplateError, checkTemplate, parseTemplate, renderTemplate } from '../../src/template';

test('the engine imports itself and the words of messages, as the image of the operator holds no more', () => {
  const folder = new URL('../../src/template/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const imported = new Set(sources.flatMap((source) => [...source.matchAll(/ from '([^']+)';$/gm)].map(([, name]) => name)));
  expect([...imported].filter((name) => !name!.startsWith('./')).sort()).toEqual(['../private/problem', '../private/suggestion']);
});

const words = [
  '{{', '}}', '{{- ', ' -}}', ' ', ' ', '\n', '|', '(', ')', '.', '$', ':=', '=', ',', '"', '`', "'", '\\', 'if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue', 'nil', 'true',
  'printf', 'print', 'index', 'slice', 'len', 'eq', 'lt', 'and', 'or', 'html', 'js', 'call', '"%v %d"', '"a"', '0', '1', '99', '1.5', '1i', '.a', '.b.c', '$x', '/*', '*/', 'text', '\u{1f642}', '\ud800', '\0',
  '{{if .a}}', '{{range $i, $x := .a}}', '{{with .b}}', '{{else}}', '{{end}}', '{{end}}', '{{.a}}', '{{$x := .b}}', '{{template "a" .}}', '{{define "a"}}',
];

test('whatever template and data are, there is a text or a TemplateError', () => {
  const templates = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, fc.string()), { maxLength: 30 }).map((parts) => parts.join(''));
  const data = fc.record({ a: fc.jsonValue(), b: fc.oneof(fc.jsonValue(), fc.bigInt()) });
  const failureOf = (act: () => unknown) => {
    try {
      act();
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateError);
      return (error as TemplateError).reason;
    }
  };
  fc.assert(fc.property(templates, data, fc.constantFrom('error' as const, 'default' as const), (text, values, missingKey) => {
    const reason = failureOf(() => parseTemplate(text, 'prompt'));
    const [first] = checkTemplate(text, 'prompt', ANYTHING).findings;
    if (reason === undefined) failureOf(() => renderTemplate(parseTemplate(text, 'prompt'), values, { missingKey }));
    else expect(first?.allowed).toBe(reason);
  }), { numRuns: 3_000 });
});
