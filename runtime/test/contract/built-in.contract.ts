import { expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { configMaps, jobs, pods, refusal, secrets, type Connect } from './connection.ts';

interface Specified extends KubeObject { spec: Record<string, unknown> & { template?: { metadata?: { labels?: Record<string, string> }; spec: Record<string, unknown> } } }

const newEvents: Resource = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
const coreEvents: Resource = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

export function builtInContract(connect: Connect): void {
  const start = async () => {
    const connection = await connect();
    return { ...connection, ns: await connection.namespace() };
  };
  const job = (namespace: string, spec: object = {}, podSpec: object = {}): KubeObject => ({
    metadata: { namespace, name: 'one' },
    spec: { ...spec, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1' }], ...podSpec } } },
  } as KubeObject);
  const pod = (namespace: string, spec: object = {}): KubeObject => (
    { metadata: { namespace, name: 'one' }, spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec } } as KubeObject);

  test('a Job gets its defaults, and a selector and labels made from its uid', async () => {
    const { client, ns } = await start();
    const { metadata, spec } = await client.create<Specified>(jobs, job(ns));
    expect(spec).toMatchObject({
      parallelism: 1, completions: 1, backoffLimit: 6, suspend: false, completionMode: 'NonIndexed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': metadata.uid } },
    });
    expect(spec.template?.metadata?.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'one', 'batch.kubernetes.io/controller-uid': metadata.uid });
  });

  test('a Pod gets its defaults and begins as Pending', async () => {
    const { client, ns } = await start();
    const { spec, status } = await client.create<Specified & { status: object }>(pods, pod(ns, { volumes: [{ name: 'tmp' }, { name: 'token', secret: { secretName: 's' } }] }));
    expect(status).toMatchObject({ phase: 'Pending' });
    expect(spec).toMatchObject({
      restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst',
      containers: [{ imagePullPolicy: 'Always', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }],
    });
    expect((spec.volumes as object[]).slice(0, 2)).toMatchObject([{ name: 'tmp', emptyDir: {} }, { secret: { defaultMode: 420 } }]);
  });

  test.each([
    ['a Pod without an image', { containers: [{ name: 'main' }] }, 'FieldValueRequired', 'spec.containers[0].image'],
    ['a Pod without a container', { containers: [] }, 'FieldValueRequired', 'spec.containers'],
    ['a container without a name', { containers: [{ image: 'x' }] }, 'FieldValueRequired', 'spec.containers[0].name'],
    ['two containers of one name', { containers: [{ name: 'a', image: 'x' }, { name: 'a', image: 'x' }] }, 'FieldValueDuplicate', 'spec.containers[1].name'],
    ['a mount of no volume', { containers: [{ name: 'a', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }, 'FieldValueNotFound', 'spec.containers[0].volumeMounts[0].name'],
  ])('%s is 422', async (_, spec, reason, field) => {
    const { client, ns } = await start();
    const status = await refusal(client.create(pods, pod(ns, spec)));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status.details?.causes?.map((cause) => `${cause.reason} ${cause.field}`)).toContain(`${reason} ${field}`);
  });

  test('a Job whose Pods would restart for ever is 422', async () => {
    const { client, ns } = await start();
    const status = await refusal(client.create(jobs, job(ns, {}, { restartPolicy: 'Always' })));
    expect(status.details?.causes).toMatchObject([{ reason: 'FieldValueRequired', field: 'spec.template.spec.restartPolicy', message: 'Required value: valid values: "OnFailure", "Never"' }]);
  });

  test('the template of a Job cannot change', async () => {
    const { client, ns } = await start();
    await client.create(jobs, job(ns));
    const patch = { spec: { template: { spec: { containers: [{ name: 'main', image: 'other' }] } } } };
    expect(await refusal(client.patchStrategic(jobs, { namespace: ns, name: 'one' }, patch))).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.template' }] } });
  });

  test('the spec of a Pod cannot change, except for its images', async () => {
    const { client, ns } = await start();
    await client.create(pods, pod(ns));
    const address = { namespace: ns, name: 'one' };
    const status = await refusal(client.patchMerge(pods, address, { spec: { restartPolicy: 'Never' } }));
    expect(status).toMatchObject({ code: 422, details: { causes: [{ reason: 'FieldValueForbidden', field: 'spec' }] } });
    await client.patchStrategic(pods, address, { spec: { containers: [{ name: 'main', image: 'other' }] } });
  });

  test('a wrong type in a built-in kind is 400', async () => {
    const { client, ns } = await start();
    const status = await refusal(client.create(jobs, job(ns, { parallelism: 'two' })));
    expect(status).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(status.message).toContain('json: cannot unmarshal string into Go struct field');
  });

  test('an unknown field of a built-in kind is dropped, or refused when asked for', async () => {
    const { client, ns } = await start();
    const withUnknown = { ...pod(ns), other: 1 } as KubeObject;
    expect(await refusal(client.create(pods, withUnknown, { fieldValidation: 'Strict' }))).toMatchObject({ code: 400 });
    expect(await client.create(pods, withUnknown, { fieldValidation: 'Ignore' })).not.toHaveProperty('other');
  });

  test('a Job deleted without a word about its Pods leaves them behind', async () => {
    const { client, ns } = await start();
    await client.create(jobs, { ...job(ns), metadata: { namespace: ns, name: 'one', finalizers: ['taskwright.dev/hold'] } });
    const deleted = await client.delete(jobs, { namespace: ns, name: 'one' });
    expect(deleted.metadata.finalizers).toContain('orphan');
    await client.patchMerge(jobs, { namespace: ns, name: 'one' }, { metadata: { finalizers: null } });
  });

  test('text of a Secret is stored encoded, and its type is Opaque', async () => {
    const { client, ns } = await start();
    const secret = await client.create(secrets, { metadata: { namespace: ns, name: 'one' }, stringData: { a: 'ü' } } as KubeObject);
    expect(secret).toMatchObject({ type: 'Opaque', data: { a: Buffer.from('ü').toString('base64') } });
    expect(secret).not.toHaveProperty('stringData');
  });

  test('an immutable ConfigMap stays as it is', async () => {
    const { client, ns } = await start();
    await client.create(configMaps, { metadata: { namespace: ns, name: 'one' }, data: { a: '1' }, immutable: true } as KubeObject);
    expect(await refusal(client.patchMerge(configMaps, { namespace: ns, name: 'one' }, { data: { a: '2' } }))).toMatchObject({ code: 422 });
  });

  test('an Event of events.k8s.io is read through the core API', async () => {
    const { client, ns } = await start();
    await client.create(newEvents, {
      metadata: { namespace: ns, name: 'one' }, eventTime: '2026-01-01T00:00:00.000000Z', reason: 'Tested', action: 'Testing', type: 'Normal', note: 'it works',
      reportingController: 'contract', reportingInstance: 'contract-1', regarding: { kind: 'ConfigMap', namespace: ns, name: 'one' },
    } as KubeObject);
    const selection = { namespace: ns, fieldSelector: 'involvedObject.kind=ConfigMap,involvedObject.name=one' };
    expect((await client.list(coreEvents, selection)).items).toMatchObject([{ message: 'it works', reportingComponent: 'contract', involvedObject: { name: 'one' } }]);
  });

  test('the log of a container that does not exist is 400, and there is no log while the Pod has no node', async () => {
    const { client, ns } = await start();
    await client.create(pods, pod(ns, { nodeSelector: { 'taskwright.dev/no-such': 'node' } }));
    const log = (container: string) => client.send({ method: 'GET', path: `/api/v1/namespaces/${ns}/pods/one/log?container=${container}` });
    expect(await refusal(log('other'))).toMatchObject({ code: 400, message: 'container other is not valid for pod one' });
    const { status, body } = await log('main');
    expect([status, body.toString()]).toEqual([204, '']);
  });

  test('who may do what is answered', async () => {
    const { transport } = await start();
    const { status, body } = await transport.request({
      method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }),
    });
    expect([status, (JSON.parse(body.toString()) as { status: { allowed: boolean } }).status.allowed]).toEqual([201, true]);
  });
}
