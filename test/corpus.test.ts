import { storedVersion } from '@taskwright/schema';
import { type Fixture, fixtureSuites } from '@taskwright/schema/fixtures';
import { App, Chart } from 'cdk8s';
import { l1 } from 'cdk8s-taskwright';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { type ProblemCode, WRONG } from '../src/private/problem';

/**
 * The third judge of the objects that a real API server and the embedded one agree about: the constructs, at synth. A program says what an object is to be. What
 * it was before, and its status, are not in a program, and an older version is nothing that a construct writes.
 */
const suites = fixtureSuites
  .filter(({ kind, version }) => version === undefined || version === storedVersion(kind.versions).name)
  .map(({ kind: { kind }, fixtures }) => ({ kind, fixtures: fixtures.filter(isAboutSpec) }));

function isAboutSpec(fixture: Fixture): boolean {
  return fixture.before === undefined && fixture.subresource === undefined && (fixture.valid || !fixture.path.startsWith('status'));
}

/** How synth calls it when a keyword of the schema is broken. What is not listed is a rule of CEL. */
const CODES: { readonly [keyword: string]: ProblemCode } = {
  required: 'required',
  type: 'type',
  enum: 'enum',
  pattern: 'pattern',
  minLength: 'too-short',
  maxLength: 'too-long',
  minimum: 'too-small',
  maximum: 'too-large',
  minItems: 'too-few',
  maxItems: 'too-many',
  minProperties: 'too-few',
  maxProperties: 'too-many',
  duplicate: 'duplicate',
};

/** Objects about which the constructs say something else, and why. One of which they say the same fails. */
const DIVERGENCES: { readonly [fixture: string]: string } = {};

describe.each(suites)('the constructs about a $kind', ({ kind, fixtures }) => {
  test.each(fixtures.filter(({ valid }) => valid))('accept $it', (fixture) => judge(kind, fixture, []));

  test.each(fixtures.filter((fixture) => !fixture.valid))('refuse $it', (fixture) => {
    const { path, rule, besides = [] } = fixture;
    judge(kind, fixture, [{ path, rule }, ...besides].map((broken) => lineOf(broken)));
  });
});

test('every divergence is about an object that there is', () => {
  const names = suites.flatMap(({ kind, fixtures }) => fixtures.map(({ it }) => `${kind}: ${it}`));
  expect(Object.keys(DIVERGENCES).filter((name) => !names.includes(name))).toEqual([]);
});

test('the corpus has hundreds of objects, and of each kind some on either side', () => {
  expect(suites.flatMap(({ fixtures }) => fixtures).length).toBeGreaterThanOrEqual(600);
  expect(suites.filter(({ fixtures }) => !fixtures.some(({ valid }) => valid) || fixtures.every(({ valid }) => valid))).toEqual([]);
});

function judge(kind: string, fixture: Fixture, expected: readonly Line[]): void {
  const lines = refusalOf(kind, fixture);
  // One value may break two keywords, of which the corpus names one.
  const isExpected = (line: string) => expected.some(({ place }) => line.startsWith(place));
  const agrees = lines.every(isExpected) && expected.every(({ place, said }) => lines.some((line) => line.startsWith(`${place}${said}`)));
  const why = DIVERGENCES[`${kind}: ${fixture.it}`];
  if (why === undefined) expect(agrees ? [] : { expected, lines }).toEqual([]);
  else expect(agrees, `the constructs agree now; take it out of DIVERGENCES: ${why}`).toBe(false);
}

interface Line {
  readonly place: string;
  readonly said: string;
}

function lineOf({ path, rule }: { readonly path: string; readonly rule: string }): Line {
  const code = CODES[rule];
  return { place: `[fleet/fixture] ${path}: `, said: code === undefined ? `${WRONG.rule}; ${rule}` : WRONG[code] };
}

function refusalOf(kind: string, { object }: Fixture): string[] {
  const chart = new Chart(new App(), 'fleet');
  new (constructOf(kind))(chart, 'fixture', { metadata: object.metadata, spec: object.spec });
  try {
    chart.toJson();
  } catch (error) {
    return String((error as Error).message).split('\n').slice(1).map((line) => line.trim());
  }
  return [];
}

/** L1 constructs are called after their kinds, with words in the case of TypeScript. */
function constructOf(kind: string): new (scope: Construct, id: string, props: { metadata: object; spec: unknown }) => Construct {
  const found = Object.entries(l1).find(([name]) => name.toLowerCase() === `cfg${kind.toLowerCase()}`);
  if (!found) throw new TypeError(`no L1 is called after ${kind}`);
  return found[1] as unknown as ReturnType<typeof constructOf>;
}
