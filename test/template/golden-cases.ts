import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { stringList, stringMap } from '../../src/template';

/** What real Go made of a template: its output, one character for each byte, or at which step it failed. */
export interface GoldenCase {
  readonly t: string;
  /** Which of the data; the first if left out. */
  readonly d?: number;
  /** With `missingkey=error`. */
  readonly s?: boolean;
  readonly o?: string;
  readonly e?: 'parse' | 'exec';
}

/** Others than the committed ones: the file that `go run . -seed 7 -count 50000` in test/template/go writes. */
const file = process.env.TASKWRIGHT_TEMPLATE_CASES;
const text = file ? readFileSync(file, 'utf8') : gunzipSync(readFileSync(new URL('golden/cases.jsonl.gz', import.meta.url))).toString();
const [header, ...all] = text.trim().split('\n').map((line) => JSON.parse(line) as object) as [{ data: unknown[] }, ...GoldenCase[]];

export const cases: readonly GoldenCase[] = all;
/** What the cases are rendered over. */
export const data = header.data.map((tagged) => untag(tagged) as Record<string, unknown>);

/** JSON has one kind of number, map and list; Go's other kinds are marked. */
function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  if ('$int' in value) return BigInt(value.$int as string);
  if ('$strings' in value) return Array.isArray(value.$strings) ? stringList(value.$strings) : stringMap(value.$strings as Record<string, string>);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]));
}
