import type { KubeObject } from '@taskwright/runtime/kube';
import { isRecord } from './fit.ts';
import { keyOf, nameOf } from './manifest.ts';

/** Enough to see what is going on. */
const MOST_DIFFERENCES = 50;
const LONGEST_VALUE = 80;

/** What is different between two sets of objects, one line each; none when both are the same, in whatever order. */
export function differences(expected: readonly KubeObject[], actual: readonly KubeObject[]): string[] {
  const made = new Map(actual.map((object) => [keyOf(object), object]));
  const wanted = new Set(expected.map(keyOf));
  const all = [
    ...expected.flatMap((object) => {
      const other = made.get(keyOf(object));
      if (!other) return [`${nameOf(object)}: is missing`];
      return [...parts(object, other, '')].map(([path, one, two]) => `${nameOf(object)}: ${path} ${object.kind === 'Secret' ? 'differs' : `was ${shown(one)}, became ${shown(two)}`}`);
    }),
    ...actual.filter((object) => !wanted.has(keyOf(object))).map((object) => `${nameOf(object)}: is not in the files`),
  ];
  return all.length > MOST_DIFFERENCES ? [...all.slice(0, MOST_DIFFERENCES), `and ${all.length - MOST_DIFFERENCES} more`] : all;
}

function* parts(one: unknown, two: unknown, path: string): Generator<[path: string, one: unknown, two: unknown]> {
  if (Array.isArray(one) && Array.isArray(two) && one.length === two.length) {
    for (const index of one.keys()) yield* parts(one[index], two[index], `${path}[${index}]`);
  } else if (isRecord(one) && isRecord(two)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(two)])) yield* parts(one[name], two[name], path === '' ? name : `${path}.${name}`);
  } else if (JSON.stringify(one) !== JSON.stringify(two)) {
    yield [path, one, two];
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
