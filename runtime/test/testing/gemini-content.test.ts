import { expect, onTestFinished, test } from 'vitest';
import { type Script, startScriptedModel } from '../../src/testing/scripted-model.ts';

const SHELL = { name: 'run_shell_command', parametersJsonSchema: { type: 'object', required: ['command'] } };
const user = (text: string) => ({ role: 'user', parts: [{ text }] });
const CONTEXT = user('<session_context>\n- **Workspace Directories:**\n  - /workspace/repo\n</session_context>');

async function aModel(script: Script) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const ask = (body: object, method = 'generateContent') => fetch(`${model.url}/v1beta/models/gemini:${method}?alt=sse`, {
    method: 'POST', headers: { 'x-goog-api-key': 'k' }, body: JSON.stringify({ contents: [CONTEXT, user('Fix it')], tools: [{ functionDeclarations: [SHELL] }], ...body }),
  });
  return { model, ask };
}

test('an answer is its parts; what it thought is in the total, and in no part', async () => {
  const { ask } = await aModel(({ model, prompt, cwd }) => [{ text: `${model}: ${prompt} in ${cwd}`, tools: [{ name: 'run_shell_command', input: { command: 'ls' } }], usage: { cacheReadTokens: 400 } }]);
  expect(await (await ask({})).json()).toEqual({
    modelVersion: 'gemini',
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [{ text: 'gemini: Fix it in /workspace/repo' }, { functionCall: { name: 'run_shell_command', args: { command: 'ls' } } }] } }],
    usageMetadata: { promptTokenCount: 1_400, cachedContentTokenCount: 400, candidatesTokenCount: 90, thoughtsTokenCount: 10, totalTokenCount: 1_500 },
  });
});

test('a stream has a part in each piece, and the last one says what it took', async () => {
  const { ask } = await aModel([{ text: 'Look.', tools: [{ name: 'run_shell_command', input: { command: 'ls' } }] }]);
  const events = (await (await ask({}, 'streamGenerateContent')).text()).trim().split('\r\n\r\n').map((event) => JSON.parse(event.slice('data: '.length)) as { usageMetadata?: object });
  expect(events.map(({ usageMetadata }) => usageMetadata !== undefined)).toEqual([false, true]);
});

test('a wrong key is a bad request, as with the real endpoint', async () => {
  const { ask } = await aModel([{ fault: 'unauthorized' }]);
  const response = await ask({});
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } });
});

test('a call without its response is refused', async () => {
  const { model, ask } = await aModel([]);
  expect((await ask({ contents: [user('Fix it'), { role: 'model', parts: [{ functionCall: { name: 'run_shell_command' } }] }] })).status).toBe(400);
  expect(model.errors).toEqual(['tool call run_shell_command has no result in the conversation']);
});
