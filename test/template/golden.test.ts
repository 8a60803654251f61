import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { TemplateError, parseTemplate, renderTemplate, stringList, stringMap } from '../../src/template';
import { fromBytes } from '../../src/template/byte-string';

/** What real Go made of a template: its output, one character for each byte, or at which step it failed. */
interface Case {
  readonly t: string;
  /** Which of the data; the first if left out. */
  readonly d?: number;
  /** With `missingkey=error`. */
  readonly s?: boolean;
  readonly o?: string;
  readonly e?: 'parse' | 'exec';
}

/** Where we mean to differ from Go, by template. One that no longer differs fails the test. */
const differences: ReadonlyMap<string, string> = new Map([
  ['{{slice .Title .One}}{{slice .Title (.One)}}', 'Go takes a position of slice from a variable only in parentheses; here both mean the same'],
  ['{{range .Number}}{{end}}', 'LIMITS.steps: twelve million rounds'],
  ['{{define "r"}}{{if lt (len .) 120}}{{template "r" (print . "x")}}{{else}}{{len .}}{{end}}{{end}}{{template "r" ""}}', 'LIMITS.nesting: 120 calls inside each other'],
]);

/** Others than the committed ones: the file that `go run . -seed 7 -count 50000` in test/template/go writes. */
const file = process.env.TASKWRIGHT_TEMPLATE_CASES;
const text = file ? readFileSync(file, 'utf8') : gunzipSync(readFileSync(new URL('golden/cases.jsonl.gz', import.meta.url))).toString();
const [header, ...cases] = text.trim().split('\n').map((line) => JSON.parse(line) as object) as [{ data: unknown[] }, ...Case[]];
const data = header.data.map((tagged) => untag(tagged) as Record<string, unknown>);
const differing = cases.filter((golden) => outcome(golden) !== expected(golden));

test(`${cases.length} templates come to what Go makes of them`, () => {
  expect(cases.length).toBeGreaterThan(5_000);
  expect(differing.filter(({ t }) => !differences.has(t)).slice(0, 20).map((golden) => ({ ...golden, expected: expected(golden), actual: outcome(golden) }))).toEqual([]);
});

test.each([...differences])('%s differs from Go: %s', (template) => {
  expect(differing.map(({ t }) => t)).toContain(template);
});

function expected({ o, e }: Case): string {
  return e ?? `ok: ${fromBytes(o!)}`;
}

function outcome({ t, d = 0, s }: Case): string {
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

/** JSON has one kind of number, map and list; Go's other kinds are marked. */
function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  if ('$int' in value) return BigInt(value.$int as string);
  if ('$strings' in value) return Array.isArray(value.$strings) ? stringList(value.$strings) : stringMap(value.$strings as Record<string, string>);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]));
}
