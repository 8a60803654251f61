import { expect, onTestFinished, test } from 'vitest';
import { type Script, startScriptedModel } from '../../src/testing/scripted-model.ts';

const BASH = { name: 'Bash', input_schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] } };
const USER = { role: 'user', content: [{ type: 'text', text: '<system-reminder>\nToday\n</system-reminder>' }, { type: 'text', text: 'Fix it' }] };

async function aModel(script: Script) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const ask = (body: object, headers: Record<string, string> = { 'x-api-key': 'k' }) =>
    fetch(`${model.url}/v1/messages?beta=true`, { method: 'POST', headers, body: JSON.stringify({ model: 'opus', max_tokens: 1, messages: [USER], tools: [BASH], ...body }) });
  return { model, ask };
}
const errorOf = async (response: Response) => ((await response.json()) as { error: { type: string; message: string } }).error;

test('a turn is a message', async () => {
  const { ask } = await aModel([{ text: 'Look.', tools: [{ name: 'Bash', input: { command: 'ls' } }], usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 } }]);
  expect(await (await ask({})).json()).toEqual({
    id: 'msg_1', type: 'message', role: 'assistant', model: 'opus', stop_reason: 'tool_use', stop_sequence: null,
    content: [{ type: 'text', text: 'Look.' }, { type: 'tool_use', id: 'toolu_0_0', name: 'Bash', input: { command: 'ls' } }],
    usage: { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 2, cache_creation_input_tokens: 0 },
  });
});

test('a turn as a stream is the same message in pieces', async () => {
  const command = 'echo "a long enough command to be cut into several pieces"';
  const { ask } = await aModel([{ tools: [{ name: 'Bash', input: { command } }] }]);
  const events = (await (await ask({ stream: true })).text()).trim().split('\n\n').map((event) => JSON.parse(event.split('\ndata: ')[1]!) as { type: string; delta?: { partial_json?: string } });
  expect([...new Set(events.map(({ type }) => type))]).toEqual(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
  const pieces = events.flatMap(({ delta }) => delta?.partial_json ?? []);
  expect(pieces.length).toBeGreaterThan(1);
  expect(JSON.parse(pieces.join(''))).toEqual({ command });
});

test('the turn follows from the conversation, so a repeated request gets the same one', async () => {
  const { ask } = await aModel([{ tools: [{ name: 'Bash', input: { command: 'ls' } }] }, { text: 'second' }]);
  const messages = [USER, { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'a' }] }];
  for (const _ of ['first time', 'again']) expect(await (await ask({ messages })).json()).toMatchObject({ content: [{ type: 'text', text: 'second' }] });
});

test('a script may depend on what the client says', async () => {
  const { ask } = await aModel(({ prompt, cwd, model, tools }) => [{ text: [prompt, cwd, model, ...tools].join('|') }]);
  expect(await (await ask({ system: [{ type: 'text', text: '# Environment\n - Primary working directory: /workspace/repo\n - Shell: bash' }] })).json())
    .toMatchObject({ content: [{ text: 'Fix it|/workspace/repo|opus|Bash' }] });
});

test.each([
  ['a tool that the client lacks', [{ tools: [{ name: 'Bsh', input: {} }] }], {}, 'turn 1 of the script: the client offers no tool "Bsh"; it offers Bash'],
  ['an argument that is missing', [{ tools: [{ name: 'Bash', input: {} }] }], {}, 'turn 1 of the script: Bash needs command'],
  ['an empty turn', [{}], {}, 'turn 1 of the script: it has neither text nor tools'],
  ['a tool call without a result', [], { messages: [USER, { role: 'assistant', content: [{ type: 'tool_use', id: 't7' }] }] }, 'tool call t7 has no result in the conversation'],
])('%s is an error, to the client and to the test', async (_, script, body, message) => {
  const { model, ask } = await aModel(script as Script);
  const response = await ask(body);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toEqual({ type: 'invalid_request_error', message });
  expect(model.errors).toEqual([message]);
});

test.each([
  ['rate-limited', 429, 'rate_limit_error'],
  ['overloaded', 529, 'overloaded_error'],
  ['unauthorized', 401, 'authentication_error'],
] as const)('the fault %s has status %i, as often as it is asked for', async (fault, status, type) => {
  const { ask } = await aModel([{ text: 'after', fault, faultTimes: 2 }]);
  for (const _ of [1, 2]) {
    const response = await ask({});
    expect(response.status).toBe(status);
    expect((await errorOf(response)).type).toBe(type);
  }
  expect(await (await ask({})).json()).toMatchObject({ content: [{ text: 'after' }] });
});

test('a malformed stream is cut inside its JSON, and a hanging one is never answered', async () => {
  const malformed = await aModel([{ fault: 'malformed' }]);
  expect(await (await malformed.ask({ stream: true })).text()).toMatch(/"msg_$/);
  const hanging = await aModel([{ fault: 'hang' }]);
  const answer = hanging.ask({}).then(() => 'answered', () => 'closed');
  await expect.poll(() => hanging.model.requests.length).toBe(1);
  await hanging.model.close();
  expect(await answer).toBe('closed');
});

test('what is around the conversation is answered too', async () => {
  const { model, ask } = await aModel([]);
  const count = await fetch(`${model.url}/v1/messages/count_tokens`, { method: 'POST', headers: { 'x-api-key': 'k' }, body: JSON.stringify({ model: 'opus', messages: [USER] }) });
  expect(await count.json()).toEqual({ input_tokens: expect.any(Number) as number });
  expect((await fetch(`${model.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(`${model.url}/v1/files`)).status).toBe(404);
  expect((await ask({}, {})).status).toBe(401);
  expect((await fetch(`${model.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': 'k' }, body: '{' })).status).toBe(400);
});
