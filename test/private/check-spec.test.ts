import { expect, test } from 'vitest';
import { checkSpec } from '../../src/private/check-spec';

const paths = (spec: object, names?: Record<string, string>) => checkSpec('Task', spec, [], names).map(({ path }) => path);
const wrong = { prompt: 3, worker: { credentials: { type: 'magic' }, workspaceRef: { name: 7 } } };

test('a path is that of the property, not of the wire', () => {
  expect(paths(wrong)).toEqual(['prompt', 'worker.credentials.type', 'worker.workspaceRef.name']);
  expect(paths(wrong, { 'spec.worker': 'agent', 'spec.worker.workspaceRef': 'workspace' })).toEqual(['prompt', 'agent.credentials.type', 'workspace.name']);
});

test('where a sharper check speaks of the same property, the schema is silent', () => {
  const sharper = [{ code: 'missing-reference', path: 'workspace' }] as const;
  const found = checkSpec('Task', wrong, sharper, { 'spec.worker': 'agent', 'spec.worker.workspaceRef': 'workspace' });
  expect(found.map(({ code, path }) => `${code} ${path}`)).toEqual(['type prompt', 'enum agent.credentials.type', 'missing-reference workspace']);
});
