import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Indexer } from '../../src/kube/indexer.ts';
import type { KubeObject } from '../../src/kube/object.ts';

interface Task extends KubeObject {
  owners: string[];
}

const task = (name: string, owners: string[], namespace?: string): Task => ({ metadata: { namespace, name }, owners });

test('an index is never older or newer than its store', () => {
  const act = fc.record({ put: fc.boolean(), name: fc.constantFrom('a', 'b', 'c'), namespace: fc.constantFrom('x', 'y', undefined), owners: fc.uniqueArray(fc.constantFrom('1', '2', '3')) });
  fc.assert(
    fc.property(fc.array(act), (history) => {
      const indexer = new Indexer<Task, 'owner'>({ owner: ({ owners }) => owners }, (error) => expect.unreachable(String(error)));
      const model = new Map<string, Task>();
      for (const { put, name, namespace, owners } of history) {
        const key = namespace === undefined ? name : `${namespace}/${name}`;
        const object = task(name, owners, namespace);
        if (put) expect(indexer.put(object)).toBe(model.get(key));
        else expect(indexer.delete(key)).toBe(model.get(key));
        if (put) model.set(key, object);
        else model.delete(key);
        const all = [...model.values()];
        expect(new Set(indexer.list())).toEqual(new Set(all));
        for (const owner of ['1', '2', '3']) expect(new Set(indexer.byIndex('owner', owner))).toEqual(new Set(all.filter((each) => each.owners.includes(owner))));
        for (const owner of ['1', '2', '3', '4']) expect(indexer.countByIndex('owner', owner)).toBe(indexer.byIndex('owner', owner).length);
        for (const each of ['x', 'y', '']) expect(new Set(indexer.list(each))).toEqual(new Set(all.filter(({ metadata }) => (metadata.namespace ?? '') === each)));
      }
    }),
  );
});

test('an index function that throws files its object under nothing and is reported', () => {
  const errors: unknown[] = [];
  const indexer = new Indexer<Task, 'owner'>({ owner: ({ owners }) => owners.map((owner) => owner.trim()) }, (error) => errors.push(error));
  indexer.put({ metadata: { name: 'broken' } } as Task);
  indexer.put(task('fine', ['1']));
  expect([indexer.size, indexer.byIndex('owner', '1').length, errors.map(String)]).toEqual([
    2,
    1,
    ['Error: index "owner": its function threw for broken, which is filed under nothing'],
  ]);
});

test('an index that does not exist names those that do', () => {
  const indexer = new Indexer<Task, string>({ owner: () => [] }, (error) => expect.unreachable(String(error)));
  expect(() => indexer.byIndex('onwer', '1')).toThrow('index: there is no "onwer"; there are owner');
});
