import { beforeEach, expect, test } from 'vitest';
import { applyPlan, type Effects } from '../../src/kube/apply-plan.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { controllerReference, type KubeObject } from '../../src/kube/object.ts';
import { creation, creationAsSent, deletion, deletionInAnyVersion, normalEvent, type Plan } from '../../src/kube/plan.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import type { Written } from '../../src/kube/written.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };
const jobs = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const task = { metadata: { namespace: 'dev', name: 'fix', uid: 'task-uid', resourceVersion: '7' }, status: { phase: 'Pending' } };
const job = { metadata: { namespace: 'dev', name: 'fix', ownerReferences: [controllerReference(task, tasks)] } };
const target = { metadata: { namespace: 'dev', name: 'fix', uid: 'job-uid', resourceVersion: '8' } };

let done: string[];
let sent: { call: string; body: unknown }[];
let answers: { status: number; body: object }[];
let effects: Effects;

beforeEach(() => {
  done = [];
  sent = [];
  answers = [];
  const transport: Transport = {
    async request({ method, path, body }: KubeRequest) {
      const call = `${method} ${path}`;
      done.push(method);
      sent.push({ call, body: body === undefined ? undefined : JSON.parse(String(body)) });
      const { status, body: answer } = answers.shift() ?? { status: 200, body: { metadata: { namespace: 'dev', name: 'fix', resourceVersion: '9' } } };
      return { status, headers: {}, body: Buffer.from(JSON.stringify(answer)) };
    },
    stream: () => Promise.reject(new Error('no streams here')),
    close: async () => {},
  };
  effects = { client: new KubeClient(transport, { userAgent: 'test' }), fieldManager: 'taskwright', events: { record: (_, { reason }) => void done.push(reason) } };
});

const carryOut = (plan: Plan) => applyPlan(effects, { resource: tasks, object: task }, plan);
const refused = (code: number, reason: string) => ({ status: code, body: { kind: 'Status', code, reason, message: 'no' } });

test('status goes first, then events, then writes', async () => {
  const result = await carryOut({ writes: [creation(jobs, job)], events: [normalEvent('Started', 'x')], status: { phase: 'Running' }, requeueAfterMs: 5 });
  expect([done, result]).toEqual([['PATCH', 'Started', 'POST'], { requeueAfterMs: 5 }]);
});

test('a status write carries the version it was planned from, so it never reaches what has the name now', async () => {
  await carryOut({ status: { phase: 'Running' } });
  expect(sent).toEqual([
    {
      call: 'PATCH /apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status?fieldManager=taskwright-status',
      body: { metadata: { uid: 'task-uid', resourceVersion: '7' }, status: { phase: 'Running' } },
    },
  ]);
});

test('a status that is there already is not written', async () => {
  await carryOut({ status: { phase: 'Pending', message: undefined } });
  expect(sent).toEqual([]);
});

test('a subject that is gone ends the plan, and is no error', async () => {
  answers = [refused(404, 'NotFound')];
  expect(await carryOut({ status: { phase: 'Running' }, writes: [creation(jobs, job)], requeueAfterMs: 5 })).toEqual({});
  expect(done).toEqual(['PATCH']);
});

test('a subject that a write finds gone gets nothing more made for it', async () => {
  answers = [refused(404, 'NotFound')];
  const patch = { verb: 'mergePatch', resource: tasks, target: task, patch: { metadata: { finalizers: ['x'] } } } as const;
  expect(await carryOut({ writes: [patch, creation(jobs, job)] })).toEqual({});
  expect(done).toEqual(['PATCH']);
});

test('a subject that was replaced under its name counts as gone', async () => {
  const details = { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid', message: 'field is immutable' }] };
  answers = [{ status: 422, body: { kind: 'Status', code: 422, reason: 'Invalid', message: 'no', details } }];
  expect(await carryOut({ status: { phase: 'Running' }, writes: [creation(jobs, job)] })).toEqual({});
  answers = [refused(422, 'Invalid')];
  await expect(carryOut({ status: { phase: 'Running' } })).rejects.toMatchObject({ code: 422 });
});

test('what a create finds in its place is adopted when we control it', async () => {
  answers = [refused(409, 'AlreadyExists'), { status: 200, body: job }];
  await carryOut({ writes: [creation(jobs, job)] });
  expect(done).toEqual(['POST', 'GET']);
});

test.each<{ it: string; existing: KubeObject; says: string }>([
  { it: 'nobody\'s', existing: { metadata: { name: 'fix' } }, says: 'Job dev/fix: the name is taken: nobody controls it; it has to go before ours can be made (409 NotOurs)' },
  {
    it: 'of a Task that was deleted',
    existing: { metadata: { name: 'fix', ownerReferences: [controllerReference({ metadata: { ...task.metadata, uid: 'older' } }, tasks)] } },
    says: 'Job dev/fix: the name is taken: Task "fix" (uid older) controls it; it has to go before ours can be made (409 NotOurs)',
  },
])('what a create finds in its place fails loudly when it is $it', async ({ existing, says }) => {
  answers = [refused(409, 'AlreadyExists'), { status: 200, body: existing }];
  await expect(carryOut({ writes: [creation(jobs, job)] })).rejects.toThrow(says);
});

test('a deletion reaches exactly what the plan saw', async () => {
  await carryOut({ writes: [deletion(jobs, target)] });
  expect(sent[0]!.body).toEqual({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'job-uid', resourceVersion: '8' } });
});

test('what has to go whatever has become of it is deleted by its uid alone', async () => {
  await carryOut({ writes: [deletionInAnyVersion(jobs, target)] });
  expect(sent[0]!.body).toMatchObject({ preconditions: { uid: 'job-uid' } });
  expect(sent[0]!.body).not.toHaveProperty('preconditions.resourceVersion');
});

test.each<{ it: string; write: NonNullable<Plan['writes']>[number] }>([
  { it: 'deletion', write: deletion(jobs, target) },
  { it: 'patch', write: { verb: 'mergePatch', resource: jobs, target, patch: {} } },
])('a $it of what is gone is done', async ({ write }) => {
  answers = [refused(404, 'NotFound')];
  await expect(carryOut({ writes: [write] })).resolves.toEqual({});
});

test('a merge patch carries the uid, and the version when it replaces a list that others write to', async () => {
  const patch = { spec: { suspend: true } };
  await carryOut({ writes: [{ verb: 'mergePatch', resource: jobs, target, patch }, { verb: 'mergePatch', resource: jobs, target, patch: { metadata: { finalizers: [] } } }] });
  expect(sent.map(({ body }) => body)).toEqual([
    { spec: { suspend: true }, metadata: { uid: 'job-uid' } },
    { metadata: { finalizers: [], uid: 'job-uid', resourceVersion: '8' } },
  ]);
});

test('an apply to the subject carries its uid; one that could make anything of anybody is a mistake', async () => {
  await carryOut({ writes: [{ verb: 'apply', resource: tasks, object: { metadata: { namespace: 'dev', name: 'fix', finalizers: ['x'] } } }] });
  expect(sent[0]!.body).toMatchObject({ metadata: { uid: 'task-uid' } });
  await expect(carryOut({ writes: [{ verb: 'apply', resource: jobs, object: { metadata: { namespace: 'dev', name: 'fix' } } }] })).rejects.toThrow(
    'Job dev/fix: an apply needs a uid, or a controller reference when it may create',
  );
});

test('a conflict is the reconciler\'s to repeat', async () => {
  answers = [refused(409, 'Conflict')];
  await expect(carryOut({ writes: [deletion(jobs, target)] })).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
});

test('of what is as it was sent only the metadata is asked for, and the rest is kept', async () => {
  const kept: KubeObject[] = [];
  const accepted: (string | undefined)[] = [];
  const { transport } = effects.client;
  const watched: Transport = { ...transport, request(request) {
    accepted.push(request.headers?.['accept']);
    return transport.request(request);
  } };
  effects = { ...effects, client: new KubeClient(watched, { userAgent: 'test' }), written: { wrote: (_key: string, _resource: unknown, object: KubeObject) => void kept.push(object) } as unknown as Written };
  await carryOut({ writes: [creationAsSent(jobs, { ...job, spec: { suspend: true } } as KubeObject), creation(jobs, job)] });
  const metadata = { namespace: 'dev', name: 'fix', resourceVersion: '9' };
  expect(kept).toEqual([{ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { suspend: true } }, { metadata }]);
  expect(accepted).toEqual(['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'application/json']);
});
