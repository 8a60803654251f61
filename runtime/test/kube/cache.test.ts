import { beforeEach, expect, test } from 'vitest';
import { Cache } from '../../src/kube/cache.ts';
import type { Change } from '../../src/kube/change-feed.ts';
import type { KubeObject } from '../../src/kube/object.ts';

let cache: Cache<KubeObject>;

const object = (name: string, resourceVersion: string, uid = name): KubeObject => ({ metadata: { namespace: 'dev', name, uid, resourceVersion } });
const told = (changes: Iterable<Change<KubeObject>>) => [...changes].map(({ type, object: { metadata } }) => `${type} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`);
const follow = (type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', of: KubeObject) => told(cache.follow({ type, object: of }));

function list(version: string, ...objects: KubeObject[]): string[] {
  const gathering = cache.gather();
  for (const each of objects) gathering.put(each);
  return told(cache.replace(gathering, version));
}

beforeEach(() => {
  cache = new Cache({
    indexes: {},
    project: (each) => each,
    onError: (error) => {
      throw error;
    },
  });
  list('10', object('a', '5'));
});

test('an event that comes twice, or late, changes nothing and moves no place', () => {
  expect(follow('MODIFIED', object('a', '20'))).toEqual(['updated a a 20']);
  expect([follow('MODIFIED', object('a', '20')), follow('MODIFIED', object('a', '15')), follow('DELETED', object('a', '16'))]).toEqual([[], [], []]);
  expect([cache.position, cache.objects.get('dev/a')!.metadata.resourceVersion]).toEqual(['20', '20']);
});

test('a list that is older than a write of ours leaves the write where it is', () => {
  cache.remember(object('ours', '30'));
  expect(list('20', object('a', '5'))).toEqual([]);
  expect(cache.objects.get('dev/ours')).toBeDefined();
  expect(follow('ADDED', object('ours', '30'))).toEqual([]);
});

test('a list that is newer than a write of ours is right about it', () => {
  cache.remember(object('ours', '30'));
  expect(list('40', object('a', '5'))).toEqual(['deleted ours ours 30']);
});

test('a name that we made anew before the watch told of its end is a deletion and an addition, once', () => {
  expect(told(cache.remember(object('a', '12', 'new')))).toEqual(['deleted a a 5', 'added a new 12']);
  expect(follow('DELETED', object('a', '11'))).toEqual([]);
  expect(follow('ADDED', object('a', '12', 'new'))).toEqual([]);
});

test('what the watch has passed is not taken from a write', () => {
  follow('BOOKMARK', object('', '40'));
  expect(told(cache.remember(object('ours', '40')))).toEqual([]);
});

test('nothing is remembered before the first list', () => {
  const empty = new Cache<KubeObject>({ indexes: {}, project: (each) => each, onError: () => {} });
  expect(empty.remember(object('ours', '3'))).toEqual([]);
});

test('a server that was restored is believed, though its versions went back', () => {
  expect(list('3', object('a', '2'))).toEqual(['updated a a 2']);
  expect(cache.position).toBe('3');
});

test('a projection that drops the identity is a mistake', () => {
  const broken = new Cache<KubeObject>({ indexes: {}, project: ({ metadata: { name, namespace } }) => ({ metadata: { name, namespace } }), onError: () => {} });
  expect(() => broken.gather().put(object('a', '5'))).toThrow('project: drops the identity of dev/a; it must keep name, namespace, uid and resourceVersion');
});
