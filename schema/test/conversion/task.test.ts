import { expect, test } from 'vitest';
import { convert } from '../../src/index.ts';
import { conversionsOf } from './versions.ts';

const { up, down } = conversionsOf('Task');
const credentials = { type: 'api-key', secretRef: { name: 'claude' } };
const worker = {
  type: 'codex', credentials, model: 'opus', effort: 'high', image: 'example.com/agent:1', workspaceRef: { name: 'shop' }, agentConfigRefs: [{ name: 'house' }], podOverrides: { activeDeadlineSeconds: 60 },
};
const flat = { prompt: 'Fix it', type: 'codex', credentials };

test('a Task without a worker is alike in both versions', () => {
  expect(down(flat)).toEqual({ apiVersion: 'kelos.dev/v1alpha1', kind: 'Task', metadata: { name: 'fixture' }, spec: flat });
  expect(up(flat)).toEqual({ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fixture' }, spec: flat });
});

test('up: one AgentConfig becomes a list of one, and is one again on the way down', () => {
  const newer = up({ ...flat, agentConfigRef: { name: 'house' } });
  expect(newer.spec).toEqual({ ...flat, agentConfigRefs: [{ name: 'house' }] });
  expect(down(newer.spec!, newer.metadata.annotations).spec).toEqual({ ...flat, agentConfigRef: { name: 'house' } });
});

test('down: what the worker says is said in the spec', () => {
  expect(down({ prompt: 'Fix it', worker, branch: 'fix' }).spec).toEqual({ prompt: 'Fix it', ...worker, branch: 'fix' });
});

test('down: a field of the spec wins over an empty one of the worker', () => {
  expect(down({ prompt: 'Fix it', worker: { type: 'codex', credentials, model: '' }, model: 'opus' }).spec).toEqual({ ...flat, model: 'opus' });
});

test('down: a Task on a pool has neither type nor credentials, which the older version demands', () => {
  expect(down({ prompt: 'Fix it', workerPoolRef: { name: 'pool' }, model: 'opus' }).spec).toEqual({ prompt: 'Fix it', type: '', credentials: { type: '' }, model: 'opus' });
});

test.each<{ it: string; spec: object }>([
  { it: 'a worker', spec: { prompt: 'Fix it', worker } },
  { it: 'a pool', spec: { prompt: 'Fix it', workerPoolRef: { name: 'pool' } } },
  { it: 'a podFailurePolicy', spec: { ...flat, podFailurePolicy: { rules: [] } } },
])('$it comes back from the older version, and a label that was added with it', ({ spec }) => {
  const older = down(spec);
  expect(up(older.spec!, { ...older.metadata.annotations, touched: 'yes' })).toEqual({ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fixture', annotations: { touched: 'yes' } }, spec });
});

test('what somebody changed in the older version holds, and the worker does not come back over it', () => {
  const older = down({ prompt: 'Fix it', worker });
  expect(up({ ...older.spec, model: 'haiku' }, older.metadata.annotations).spec).toEqual({ prompt: 'Fix it', ...worker, model: 'haiku' });
});

test('usage and conditions of a status come back', () => {
  const task = { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'a' }, spec: flat, status: { phase: 'Succeeded', usage: { costUSD: '1' }, conditions: [] } };
  const older = convert(task, 'kelos.dev/v1alpha1');
  expect(older.status).toEqual({ phase: 'Succeeded' });
  expect(convert(older, 'kelos.dev/v1alpha2')).toEqual(task);
});
