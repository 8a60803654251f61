import { Lazy } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { checkWrittenSpec } from '../../src/private/check-spec';

const worker = (credentials: unknown) => checkWrittenSpec('Task', { prompt: 'x', worker: { type: 'codex', credentials } });
const memory = (fields: object) => checkWrittenSpec('Agent', { modelAPI: 'models', model: 'm', config: { memory: fields } });
const BROKEN = { code: 'rule', path: 'spec.worker', allowed: 'credentials.secretRef is required unless credentials.type is none' };

describe('the rules of a kind', () => {
  test('are told by their message, at the value that they are about', () => {
    expect(worker({ type: 'oauth' })).toEqual([BROKEN]);
    expect(worker({ type: 'oauth', secretRef: { name: 'key' } })).toEqual([]);
  });

  test('are asked about what stands behind a token of cdk8s', () => {
    expect(worker(Lazy.any({ produce: () => ({ type: 'oauth' }) }))).toEqual([BROKEN]);
    expect(worker({ type: Lazy.any({ produce: () => 'none' }) })).toEqual([]);
  });

  test('are not asked about what another toolkit fills in later', () => {
    expect(worker({ type: 'oauth' })).toEqual([BROKEN]);
    expect(checkWrittenSpec('Task', { prompt: '${Token[TOKEN.1]}', worker: { type: 'codex', credentials: { type: 'oauth' } } })).toEqual([]);
  });

  test('take what is null or undefined for what is left out', () => {
    expect(worker({ type: 'oauth', secretRef: undefined })).toEqual([BROKEN]);
    expect(memory({ tools: null, type: undefined })).toEqual([]);
  });

  test('are asked only of what has the right structure', () => {
    expect(checkWrittenSpec('Task', { prompt: 3, worker: { type: 'codex', credentials: { type: 'oauth' } } })).toEqual([{ code: 'type', path: 'spec.prompt', got: 'a number', allowed: 'it has to be a text' }]);
  });
});
