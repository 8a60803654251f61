import { expect, test } from 'vitest';
import { keyOf, pathOf, splitKey } from '../../src/kube/object.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };
const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

test.each([
  { it: 'an object of a group', path: pathOf(tasks, { namespace: 'dev', name: 'fix' }), expected: '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix' },
  { it: 'a collection of the cluster', path: pathOf(tasks), expected: '/apis/kelos.dev/v1alpha2/tasks' },
  { it: 'a subresource of the core group', path: pathOf(pods, { namespace: 'dev', name: 'p', subresource: 'log' }), expected: '/api/v1/namespaces/dev/pods/p/log' },
  { it: 'a name that is no path', path: pathOf(pods, { namespace: '../x', name: 'a/b' }), expected: '/api/v1/namespaces/..%2Fx/pods/a%2Fb' },
])('pathOf addresses $it', ({ path, expected }) => expect(path).toBe(expected));

test('a key and its parts are the same thing', () => {
  expect(keyOf({ metadata: { namespace: 'dev', name: 'fix' } })).toBe('dev/fix');
  expect(splitKey('dev/fix')).toEqual({ namespace: 'dev', name: 'fix' });
  expect(splitKey('fix')).toEqual({ name: 'fix' });
});
