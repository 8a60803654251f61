import { expect, onTestFinished, test } from 'vitest';
import { type Script, startScriptedModel } from '../../src/testing/scripted-model.ts';

const SHELL = { type: 'function', name: 'exec_command', parameters: { type: 'object', required: ['cmd'] } };
const PATCH = { type: 'custom', name: 'apply_patch' };
const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const CONTEXT = user('<environment_context>\n  <cwd>/workspace/repo</cwd>\n</environment_context>');

async function aModel(script: Script) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const ask = (body: object, headers: Record<string, string> = { authorization: 'Bearer k' }) =>
    fetch(`${model.url}/v1/responses`, { method: 'POST', headers, body: JSON.stringify({ model: 'gpt', input: [CONTEXT, user('Fix it')], tools: [SHELL, PATCH], ...body }) });
  return { model, ask };
}

test('an answer is words and calls, and cached input is part of the input', async () => {
  const { ask } = await aModel([{ text: 'Look.', tools: [{ name: 'exec_command', input: { cmd: 'ls' } }], usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 } }]);
  expect(await (await ask({})).json()).toMatchObject({
    status: 'completed',
    output: [{ type: 'message', content: [{ text: 'Look.' }] }, { type: 'function_call', call_id: 'call_0_0', name: 'exec_command', arguments: '{"cmd":"ls"}' }],
    usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3, total_tokens: 12 },
  });
});

test('a stream ends with what it all took, and a tool of free form is called with its text', async () => {
  const { ask } = await aModel([{ text: 'word '.repeat(20), tools: [{ name: 'apply_patch', input: { input: '*** Begin Patch' } }] }]);
  const events = (await (await ask({ stream: true })).text()).trim().split('\n\n').map((event) => JSON.parse(event.split('\ndata: ')[1]!) as { type: string; item?: { type: string; input?: string }; delta?: string });
  expect(events.flatMap(({ delta }) => delta ?? []).join('')).toBe('word '.repeat(20));
  expect(events.findLast(({ type }) => type === 'response.output_item.done')?.item).toMatchObject({ type: 'custom_tool_call', input: '*** Begin Patch' });
  expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { usage: { input_tokens: 1_000 } } });
});

test('a turn is all that the model said in a row', async () => {
  const { ask } = await aModel(({ prompt, cwd, tools }) => [{ text: 'first' }, { text: [prompt, cwd, ...tools].join('|') }]);
  const said = [{ type: 'reasoning' }, { type: 'message', role: 'assistant', content: [] }, { type: 'function_call', call_id: 'c' }, { type: 'function_call_output', call_id: 'c' }];
  expect(await (await ask({ input: [CONTEXT, user('Fix it'), ...said] })).json()).toMatchObject({ output: [{ content: [{ text: 'Fix it|/workspace/repo|exec_command|apply_patch' }] }] });
});

test('what the real endpoint refuses is refused', async () => {
  const { model, ask } = await aModel([{ tools: [{ name: 'exec_command', input: {} }] }]);
  expect((await ask({}, {})).status).toBe(401);
  expect((await ask({ input: [user('Fix it'), { type: 'function_call', call_id: 'c7' }] })).status).toBe(400);
  expect((await ask({})).status).toBe(400);
  expect(model.errors).toEqual(['tool call c7 has no result in the conversation', 'turn 1 of the script: exec_command needs cmd']);
});
