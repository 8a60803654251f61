import { expect, onTestFinished, test } from 'vitest';
import { type Script, startScriptedModel } from '../../src/testing/scripted-model.ts';

const BASH = { type: 'function', function: { name: 'bash', parameters: { type: 'object', required: ['command'] } } };
const MESSAGES = [{ role: 'system', content: 'You help.\nWorking directory: /workspace/repo' }, { role: 'user', content: [{ type: 'text', text: 'Fix it' }] }];

async function aModel(script: Script) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const ask = (body: object) =>
    fetch(`${model.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: 'Bearer k' }, body: JSON.stringify({ model: 'm', messages: MESSAGES, tools: [BASH], ...body }) });
  return { model, ask };
}

test('an answer is a message, and cached input is part of the prompt', async () => {
  const { ask } = await aModel(({ prompt, cwd }) => [{ text: `${prompt} in ${cwd}`, tools: [{ name: 'bash', input: { command: 'ls' } }], usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 } }]);
  expect(await (await ask({})).json()).toMatchObject({
    choices: [{ finish_reason: 'tool_calls', message: { content: 'Fix it in /workspace/repo', tool_calls: [{ id: 'call_0_0', function: { name: 'bash', arguments: '{"command":"ls"}' } }] } }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_tokens_details: { cached_tokens: 2 } },
  });
});

test('a stream is the same message in pieces, and says that it is done', async () => {
  const { ask } = await aModel([{ text: 'word '.repeat(20) }]);
  const events = (await (await ask({ stream: true })).text()).trim().split('\n\n').map((event) => event.slice('data: '.length));
  expect(events.at(-1)).toBe('[DONE]');
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as { choices: { delta: { content?: string }; finish_reason: string | null }[]; usage?: object });
  expect(chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? []).join('')).toBe('word '.repeat(20));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 1_100 } });
});

test('a tool call without a result is refused', async () => {
  const { model, ask } = await aModel([]);
  expect((await ask({ messages: [...MESSAGES, { role: 'assistant', tool_calls: [{ id: 'c7' }] }] })).status).toBe(400);
  expect(model.errors).toEqual(['tool call c7 has no result in the conversation']);
});
