import fc from 'fast-check';
import { expect, test } from 'vitest';
import '../../runtime/test/seed';
import { type StageResult, markOf, marksIn, replaceMarks } from '../../src/private/stage-result';

const steps: StageResult = { stage: 'fleet/feature/plan', kind: 'output', name: 'steps' };
const M = markOf(steps);

test.each([
  ['no mark', 'Do {{.Deps}} ${output}.', 'Do {{.Deps}} ${output}.'],
  ['a text', `Do ${M}, ${M}.`, 'Do [text], [text].'],
  ['beside braces', `{${M}}`, '{[text]}'],
  ['an action', `{{${M}}} {{- if eq ${M} "true" -}}${M}{{end}}`, '{{[operand]}} {{- if eq [operand] "true" -}}[text]{{end}}'],
  ['a quoted text', `{{printf "a\\"${M}" ${M}}}`, '{{printf "a\\"[quoted]" [operand]}}'],
  ['a raw text', `{{print \`}}${M}\`}}${M}`, '{{print `}}[quoted]`}}[text]'],
  ['behind a character', `{{print '"' ${M}}}`, `{{print '"' [operand]}}`],
  ['behind quoted braces', `{{"}}"}}${M}{{"{{"}}${M}`, '{{"}}"}}[text]{{"{{"}}[text]'],
  ['behind a quote in the text', `It's "so ${M}" {{print ${M}}}`, `It's "so [text]" {{print [operand]}}`],
  ['a comment', `{{/* it's ${M} "}} */}}${M}{{- /* " */ -}}${M}`, `{{/* it's [quoted] "}} */}}[text]{{- /* " */ -}}[text]`],
  ['an action that never ends', `{{print ${M}`, '{{print [operand]'],
  ['quotes that never end', `{{print "${M}`, '{{print "[operand]'],
])('in a template, a result is found in %s', (_, template, found) => {
  expect(replaceMarks(template, (result, place, mark) => {
    expect([result, mark]).toEqual([steps, M]);
    return `[${place}]`;
  })).toBe(found);
});

test('whatever a stage and a result are called, they are found again in any text', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' });
  const result = fc.record({ stage: fc.array(name.map((part) => part.replaceAll('/', '-')), { minLength: 1 }).map((parts) => parts.join('/')), kind: fc.constantFrom('output' as const, 'result' as const), name });
  fc.assert(fc.property(fc.array(fc.tuple(result, fc.string())), (parts) => {
    const text = parts.map(([each, between]) => `${markOf(each)}${between}`).join('');
    expect(marksIn(text)).toEqual(parts.map(([each]) => each));
    expect(marksIn(JSON.stringify({ text }))).toEqual(parts.map(([each]) => each));
  }));
});
