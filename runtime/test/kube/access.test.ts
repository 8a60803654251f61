import { expect, test } from 'vitest';
import { type Access, accessOf, grantCommand } from '../../src/kube/access.ts';
import { rightKey, rightOfKey } from '../../src/kube/recognized-trouble.ts';

test.each<[method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, access: Access | undefined]>([
  ['GET', '/api/v1/pods?watch=true&labelSelector=a', { verb: 'watch', group: '', resource: 'pods' }],
  ['GET', '/api/v1/namespaces/dev/pods', { verb: 'list', group: '', resource: 'pods', namespace: 'dev' }],
  ['GET', '/api/v1/namespaces/dev/pods/p/log', { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace: 'dev', name: 'p' }],
  ['GET', '/apis/coordination.k8s.io/v1/namespaces/home/leases?watch=true&fieldSelector=metadata.name%3Dl', { verb: 'watch', group: 'coordination.k8s.io', resource: 'leases', namespace: 'home', name: 'l' }],
  ['GET', '/api/v1/namespaces', { verb: 'list', group: '', resource: 'namespaces' }],
  ['GET', '/api/v1/namespaces/dev', { verb: 'get', group: '', resource: 'namespaces', name: 'dev' }],
  ['POST', '/apis/batch/v1/namespaces/dev/jobs?fieldManager=us', { verb: 'create', group: 'batch', resource: 'jobs', namespace: 'dev' }],
  ['PATCH', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status', { verb: 'patch', group: 'kelos.dev', resource: 'tasks', subresource: 'status', namespace: 'dev', name: 'fix' }],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/home/leases/l', { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', namespace: 'home', name: 'l' }],
  ['DELETE', '/apis/batch/v1/namespaces/dev/jobs/fix', { verb: 'delete', group: 'batch', resource: 'jobs', namespace: 'dev', name: 'fix' }],
  ['GET', '/apis/kelos.dev', undefined],
  ['GET', '/apis/kelos.dev/v1alpha2', undefined],
  ['GET', '/version', undefined],
])('%s %s', (method, path, access) => {
  expect(accessOf({ method, path })).toEqual(access);
  if (access === undefined) return;
  const { name: _, ...right } = access;
  expect(rightOfKey(rightKey(access))).toEqual(right);
});

test('a grant names the service account, or the user that a certificate names', () => {
  const access = { verb: 'get', group: '', resource: 'pods', subresource: 'log' };
  expect(grantCommand(access, 'system:serviceaccount:home:operator'))
    .toBe('kubectl create clusterrole grant-get-pods-log --verb=get --resource=pods/log && kubectl create clusterrolebinding grant-get-pods-log --clusterrole=grant-get-pods-log --serviceaccount=home:operator');
  expect(grantCommand({ ...access, namespace: 'dev' }, 'alice'))
    .toBe('kubectl create role grant-get-pods-log -n dev --verb=get --resource=pods/log && kubectl create rolebinding grant-get-pods-log -n dev --role=grant-get-pods-log --user=alice');
});
