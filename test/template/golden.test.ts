import { expect, test } from 'vitest';
import { TemplateError, parseTemplate, renderTemplate } from '../../src/template';
import { fromBytes } from '../../src/template/byte-string';
import { type GoldenCase, cases, data } from './golden-cases';

/** Where we mean to differ from Go, by template. One that no longer differs fails the test. */
const differences: ReadonlyMap<string, string> = new Map([
  ['{{slice .Title .One}}{{slice .Title (.One)}}', 'Go takes a position of slice from a variable only in parentheses; here both mean the same'],
  ['{{range .Number}}{{end}}', 'LIMITS.steps: twelve million rounds'],
  ['{{define "r"}}{{if lt (len .) 120}}{{template "r" (print . "x")}}{{else}}{{len .}}{{end}}{{end}}{{template "r" ""}}', 'LIMITS.nesting: 120 calls inside each other'],
]);

const differing = cases.filter((golden) => outcome(golden) !== expected(golden));

test(`${cases.length} templates come to what Go makes of them`, () => {
  expect(cases.length).toBeGreaterThan(5_000);
  expect(differing.filter(({ t }) => !differences.has(t)).slice(0, 20).map((golden) => ({ ...golden, expected: expected(golden), actual: outcome(golden) }))).toEqual([]);
});

test.each([...differences])('%s differs from Go: %s', (template) => {
  expect(differing.map(({ t }) => t)).toContain(template);
});

function expected({ o, e }: GoldenCase): string {
  return e ?? `ok: ${fromBytes(o!)}`;
}

function outcome({ t, d = 0, s }: GoldenCase): string {
  let step = 'parse';
  try {
    const template = parseTemplate(t, 'prompt');
    step = 'exec';
    return `ok: ${renderTemplate(template, data[d]!, { missingKey: s ? 'error' : 'default' })}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw new Error(`${JSON.stringify(t)} does not fail with a TemplateError`, { cause: error });
    return step;
  }
}
