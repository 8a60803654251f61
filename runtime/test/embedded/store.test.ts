import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../src/embedded/api-object.ts';
import { type Change, Store } from '../../src/embedded/store.ts';

const COLLECTION = 'things';
const WINDOW = 6;

const anObject = (key: string, value: number): ApiObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: key.split('/')[1]!, namespace: key.split('/')[0]! }, value });

/** The store as one would draw it on a whiteboard: every state it was ever in, and nothing is forgotten. */
class Model {
  readonly states: Map<string, number>[] = [new Map(), new Map()];

  get revision(): number {
    return this.states.length - 1;
  }

  write(key: string, value: number | undefined): void {
    const next = new Map(this.states.at(-1));
    if (value === undefined) next.delete(key);
    else next.set(key, value);
    this.states.push(next);
  }

  /** What a watch from `revision` has to see. */
  changesSince(revision: number): string[] {
    const seen: string[] = [];
    for (let at = revision + 1; at <= this.revision; at++) {
      const [before, after] = [this.states[at - 1]!, this.states[at]!];
      for (const key of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(key) === after.get(key)) continue;
        const type = !before.has(key) ? 'ADDED' : after.has(key) ? 'MODIFIED' : 'DELETED';
        seen.push(`${at} ${type} ${key} ${after.get(key) ?? before.get(key)}`);
      }
    }
    return seen;
  }
}

const brief = ({ revision, type, key, object }: Change) => `${revision} ${type} ${key} ${String(object.value)}`;
const contentOf = (objects: readonly ApiObject[]) => objects.map(({ metadata, value }) => `${metadata.namespace}/${metadata.name} ${String(value)}`);
const expected = (state: Map<string, number>, namespace?: string) => [...state].filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
  .sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key} ${value}`);

const key = fc.constantFrom('a/x', 'a/y', 'a-b/x', 'b/x');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('follow' as const) }) },
);

test('any history of writes is listed, watched and looked back at as the model has it', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const store = new Store({ windowSize: WINDOW });
    const model = new Model();
    const followers: { from: number; seen: string[] }[] = [];
    let value = 0;
    for (const { kind, ...rest } of steps) {
      if (kind === 'follow') {
        const follower = { from: store.revision, seen: [] as string[] };
        store.follow((change) => follower.seen.push(brief(change)));
        followers.push(follower);
        continue;
      }
      const { key: name } = rest as { key: string };
      if (kind === 'delete' && store.get(COLLECTION, name) === undefined) continue;
      const next = kind === 'delete' ? undefined : ++value;
      store.commit({ collection: COLLECTION, key: name, ...(next === undefined ? {} : { object: anObject(name, next) }) });
      model.write(name, next);
    }

    expect(store.revision).toBe(model.revision);
    for (const namespace of [undefined, 'a', 'a-b', 'b']) expect(contentOf(store.list(COLLECTION, namespace))).toEqual(expected(model.states.at(-1)!, namespace));
    for (const { from, seen } of followers) expect(seen).toEqual(model.changesSince(from));
    const { oldest } = store.window(COLLECTION);
    expect(store.revision - oldest).toBeGreaterThanOrEqual(Math.min(WINDOW, model.revision - 1));
    for (let revision = 0; revision <= store.revision; revision++) {
      const changes = store.window(COLLECTION).since(revision);
      const before = store.listAt(revision, COLLECTION);
      if (revision < oldest) expect([changes, before]).toEqual([undefined, undefined]);
      else {
        expect(changes?.map(brief)).toEqual(model.changesSince(revision));
        expect(contentOf(before!)).toEqual(expected(model.states[revision]!));
      }
    }
  }), { numRuns: 500 });
});

test('an object that was handed out never changes', () => {
  const store = new Store({ windowSize: WINDOW });
  const stored = store.commit({ collection: COLLECTION, key: 'a/x', object: { ...anObject('a/x', 1), spec: { list: [{ a: 1 }] } } });
  expect(() => Object.assign((stored.spec as { list: object[] }).list[0]!, { a: 2 })).toThrow(TypeError);
});
