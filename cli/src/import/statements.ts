import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { CommandError } from '../io.ts';
import { classOf, propsOf } from './constructs/construct.ts';
import { dependencyOrder } from './dependency-order.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, literal, members, referencesIn, type Statement } from './expression.ts';
import { isRecord, misfitsOf } from './fit.ts';
import { isStored, kindOf, l1ClassOf, schemaOf } from './known-kinds.ts';
import { keyOf, type Manifest, nameOf } from './manifest.ts';
import { expressionOf } from './typed-expression.ts';

/** How an object is written: as the construct of its kind, as its L1, or as it is. */
export type Level = 'construct' | 'l1' | 'object';

export interface Written {
  /** In an order in which each one finds what it refers to; the statement of a chart stands before those of its objects. */
  readonly statements: readonly Statement[];
  /** By key. */
  readonly levels: ReadonlyMap<string, Level>;
  /** Why an object is not written as the construct of its kind, though there is one. By key. */
  readonly reasons: ReadonlyMap<string, string>;
}

/**
 * Writes every object on the highest level that makes the same object. This is tried and not guessed: a construct that makes another one, or finds fault
 * with it, gives way to the L1.
 *
 * **Guarantee** each statement, evaluated among the others, makes its object.
 */
export function statementsFor(manifests: readonly Manifest[]): Written {
  const levels = new Map(manifests.map((manifest) => [keyOf(manifest.object), highestLevel(manifest)]));
  const reasons = new Map<string, string>();
  for (;;) {
    const statements = written(manifests, levels);
    const { objects, problems } = evaluate(statements);
    const wrong = new Map(manifests.map(({ object }) => [keyOf(object), object] as const).filter(([key, object]) => !isDeepStrictEqual(objects.get(key), object)));
    // Who refers to something that could not be made has no fault of its own: it is tried again when that is settled.
    const held = new Set(statements.filter(({ props }) => referencesIn(props).some((key) => wrong.has(key))).map(({ key }) => key));
    const own = [...wrong].filter(([key]) => !held.has(key));
    if (own.length === 0) return { statements, levels, reasons };
    for (const [key, object] of own) {
      const level = levels.get(key)!;
      if (level === 'object') throw new CommandError(`${nameOf(object)} cannot be written, ${problems.get(key) ?? 'for cdk8s would change it'}; take it out of the files`);
      if (level === 'construct') reasons.set(key, problems.get(key) ?? 'the construct would make another object');
      levels.set(key, level === 'construct' && fits({ object }) ? 'l1' : 'object');
    }
  }
}

function highestLevel(manifest: Pick<Manifest, 'object'>): Level {
  if (!fits(manifest)) return 'object';
  return propsOf(manifest.object, new Set()) ? 'construct' : 'l1';
}

/** Whether the typed L1 can hold the object. */
function fits({ object }: Pick<Manifest, 'object'>): boolean {
  const kind = kindOf(object);
  return kind !== undefined && isStored(object, kind) && object.spec !== undefined && misfitsOf(schemaOf(kind), object).length === 0;
}

function written(manifests: readonly Manifest[], levels: ReadonlyMap<string, Level>): Statement[] {
  const charts = chartsFor(manifests);
  const constructs = new Set([...levels].filter(([, level]) => level === 'construct').map(([key]) => key));
  const isPeerOf = peers(manifests);
  const ids = new Map<string, Set<string>>();
  const statements = manifests.map((manifest): Statement => {
    const { object } = manifest;
    const chart = charts.get(object.metadata.namespace)!;
    const used = ids.get(chart.key) ?? new Set();
    ids.set(chart.key, used);
    const id = unused([object.metadata.name, `${object.metadata.name}-${object.kind.toLowerCase()}`], used);
    return { key: keyOf(object), scope: chart.key, id: literal(id), ...content(manifest, levels.get(keyOf(object))!, { has: (key) => constructs.has(key) && isPeerOf(key, keyOf(object)) }) };
  });
  return [...charts.values()].flatMap((chart) => [chart, ...inOrder(statements.filter(({ scope }) => scope === chart.key))]);
}

function content({ object }: Manifest, level: Level, constructs: Pick<ReadonlySet<string>, 'has'>): Pick<Statement, 'construct' | 'props'> {
  const { namespace: _, ...metadata } = object.metadata;
  const { apiVersion, kind, metadata: __, ...rest } = object;
  const known = kindOf(object);
  if (level === 'construct') return { construct: classOf(kind), props: members(propsOf(object, constructs)!) };
  if (level === 'l1') return { construct: l1ClassOf(known!), props: members({ metadata: expressionOf(metadata), spec: expressionOf(rest['spec'], schemaOf(known!).properties!['spec']) }) };
  const entries = Object.fromEntries(Object.entries({ apiVersion, kind, metadata, ...rest }).map(([name, value]): [string, Expression] => [name, expressionOf(value)]));
  return { construct: 'ApiObject', props: members(entries) };
}

/** What several refer to, and the first of them before it is there: it would stand in the midst of objects that are alike. */
function sharedAhead(statements: readonly Statement[]): string[] {
  const there = new Set<string>();
  const ahead = new Map<string, number>();
  for (const { key, props } of statements) {
    for (const to of new Set(referencesIn(props))) if (ahead.has(to) || !there.has(to)) ahead.set(to, (ahead.get(to) ?? 0) + 1);
    there.add(key);
  }
  return [...ahead].filter(([, times]) => times > 1).map(([key]) => key);
}

/** Agents may name each other in a circle. Then one of them has to be named before it is there, and is no construct to the other. */
function peers(manifests: readonly Manifest[]): (key: string, of: string) => boolean {
  const agents = new Map(manifests.filter(({ object }) => kindOf(object)?.kind === 'Agent').map(({ object }) => [keyOf(object), object]));
  const { order } = dependencyOrder([...agents.keys()], (key) => {
    const object = agents.get(key)!;
    const agentNetwork = isRecord(object.spec) ? object.spec['agentNetwork'] : undefined;
    const access = isRecord(agentNetwork) && Array.isArray(agentNetwork['access']) ? agentNetwork['access'] : [];
    return access.map((name) => keyOf({ ...object, metadata: { ...object.metadata, name: String(name) } }));
  });
  const place = new Map(order.map((key, index) => [key, index]));
  return (key, of) => !place.has(key) || !place.has(of) || place.get(key)! < place.get(of)!;
}

/** One chart per namespace, which the objects need not name then; and one for those without. */
function chartsFor(manifests: readonly Manifest[]): Map<string | undefined, Statement> {
  const namespaces = [...new Set(manifests.map(({ object }) => object.metadata.namespace))];
  const ids = new Set(namespaces.filter((namespace) => namespace !== undefined));
  return new Map(namespaces.map((namespace) => {
    const id = namespace ?? unused(['fleet'], ids);
    return [namespace, { key: `Chart ${id}`, construct: 'Chart', id: literal(id), props: members(namespace === undefined ? {} : { namespace: literal(namespace) }) }];
  }));
}

/** Each after what it refers to, else as they come. Objects that wait for each other in a circle have been refused. */
function inOrder(statements: readonly Statement[]): Statement[] {
  const byKey = new Map(statements.map((statement) => [statement.key, statement]));
  const found = dependencyOrder([...sharedAhead(statements), ...byKey.keys()], (key) => referencesIn(byKey.get(key)!.props));
  assert(!found.circle, 'circles have been refused, or one of them refers by name');
  return found.order.map((key) => byKey.get(key)!);
}

function unused(wishes: readonly string[], used: Set<string>): string {
  const [last = ''] = wishes.slice(-1);
  for (let count = 0; ; count += 1) {
    const name = wishes[count] ?? `${last}-${count - wishes.length + 2}`;
    if (used.has(name)) continue;
    used.add(name);
    return name;
  }
}
