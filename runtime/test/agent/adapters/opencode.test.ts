import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { adapter } from '../../../src/agent/adapters/opencode.ts';
import { anInput, readEvents, recorded } from '../agent-fixture.ts';
import { temporaryDirectory } from '../git-fixture.ts';

const env = { HOME: '/nowhere', KELOS_MODEL: 'script/claude-sonnet-5' };
const step = (reason: string, fields: object = {}) => ({ type: 'step_finish', part: { reason, tokens: { input: 600, output: 90, reasoning: 10, cache: { read: 400, write: 0 } }, cost: 0, ...fields } });
const request = { model: env.KELOS_MODEL, inputTokens: 600, cacheReadTokens: 400, cacheWriteTokens: 0, outputTokens: 100, isOneRequest: true };

test('a recorded run reads as what happened, and every step of it is counted', async () => {
  const { log, outcome } = await readEvents(adapter, recorded('opencode', 'completed'), { env });
  expect(log).toEqual([
    'I read the README first.',
    '> read README.md',
    '  <path>/workspace/repo/README.md</path> (+8 lines)',
    '> edit README.md',
    '  Edit applied successfully.',
    'Now two that fail.',
    '> read /workspace/repo/nothing-here',
    '  ! File not found: /workspace/repo/nothing-here',
    '> bash cat nothing-here',
    '  cat: nothing-here: No such file or directory',
    'I documented the shop.',
    '* completed (4700 tokens in, 400 out)',
  ]);
  const used = { ...request, inputTokens: 1_000, cacheReadTokens: 0 };
  expect(outcome).toEqual({ ended: true, inputTokens: '4700', outputTokens: '400', response: 'I documented the shop.', usage: [used, used, used, { ...used, cacheReadTokens: 700 }] });
});

test('a recorded wrong key says so', async () => {
  const { outcome } = await readEvents(adapter, recorded('opencode', 'unauthorized'), { env });
  expect(outcome).toEqual({ ended: true, failure: 'OpenCode failed: the model endpoint refused the credentials, check the Secret: 401 invalid x-api-key' });
});

test('what it says that steps cost is added up, unless it does not know the price of one', async () => {
  const used = [{ ...request }, { ...request }];
  expect((await readEvents(adapter, [step('tool-calls', { cost: 0.1 }), step('stop', { cost: 0.2 })], { env })).outcome)
    .toEqual({ ended: true, costUsd: '0.3', inputTokens: '2000', outputTokens: '200', usage: used });
  expect((await readEvents(adapter, [step('tool-calls', { cost: 0.1 }), step('stop')], { env })).outcome).toEqual({ ended: true, inputTokens: '2000', outputTokens: '200', usage: used });
});

test('a run whose last step calls tools has not ended, and one that ran into a limit is incomplete', async () => {
  expect((await readEvents(adapter, [step('tool-calls')], { env })).outcome.ended).toBe(false);
  expect((await readEvents(adapter, [step('length')], { env })).outcome).toMatchObject({ ended: true, failure: 'OpenCode run incomplete (reason=length)' });
});

test('an error that it got over is none', async () => {
  expect((await readEvents(adapter, [{ type: 'error', error: { name: 'APIError', data: { message: 'Overloaded', statusCode: 503 } } }, step('stop')], { env })).outcome.failure).toBeUndefined();
});

test('five answers in a row that break off are hopeless, and four are not', async () => {
  const reader = await adapter.reader(anInput({ env }));
  const broken = step('unknown', { tokens: undefined });
  for (let times = 0; times < 4; times++) reader.read(broken);
  expect(reader.isHopeless!()).toBe(false);
  reader.read(step('tool-calls'));
  for (let times = 0; times < 5; times++) reader.read(broken);
  expect(reader.isHopeless!()).toBe(true);
});

test('an event of any shape is survived, and says nothing it does not hold', async () => {
  const { outcome } = await readEvents(adapter, [null, 1, [], {}, { type: 'text' }, { type: 'text', part: 7 }, { type: 'tool_use', part: { tool: 'x' } }, { type: 'step_finish' }, { type: 'novelty' }], { env });
  expect(outcome).toEqual({ ended: false });
});

test('a configuration is a file of its own, for its user alone, and the same when it is written again', async () => {
  const home = temporaryDirectory();
  const pluginDir = join(home, 'plugins');
  for (const [path, content] of [['sea/skills/harpoon/SKILL.md', 'Aim.'], ['sea/agents/queequeg.md', 'Whales.']] as const) {
    mkdirSync(dirname(join(pluginDir, path)), { recursive: true });
    writeFileSync(join(pluginDir, path), content);
  }
  const input = anInput({ pluginDir, env: { HOME: home, KELOS_AGENTS_MD: 'Be kind.', KELOS_MCP_SERVERS: JSON.stringify({ mcpServers: {
    local: { type: 'stdio', command: 'npx', args: ['-y', 'x'], env: { TOKEN: 't' } }, web: { type: 'http', url: 'https://a', headers: { H: 'v' } }, old: { type: 'sse', url: 'https://b' },
  } }) } });
  await adapter.configure(input);
  await adapter.configure(input);
  const at = join(home, '.config', 'opencode');
  expect(JSON.parse(readFileSync(join(at, 'taskwright.json'), 'utf8'))).toEqual({ autoupdate: false, share: 'disabled', mcp: {
    local: { type: 'local', command: ['npx', '-y', 'x'], environment: { TOKEN: 't' }, enabled: true, timeout: 60_000 },
    web: { type: 'remote', url: 'https://a', headers: { H: 'v' }, oauth: false, enabled: true, timeout: 60_000 },
    old: { type: 'remote', url: 'https://b', headers: {}, oauth: false, enabled: true, timeout: 60_000 },
  } });
  expect(statSync(join(at, 'taskwright.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(at, 'AGENTS.md'), 'utf8')).toBe('Be kind.');
  expect(readFileSync(join(at, 'skills', 'sea:harpoon', 'SKILL.md'), 'utf8')).toBe('Aim.');
  expect(readFileSync(join(at, 'agents', 'queequeg.md'), 'utf8')).toBe('Whales.');
  mkdirSync(join(pluginDir, 'land', 'agents'), { recursive: true });
  writeFileSync(join(pluginDir, 'land', 'agents', 'queequeg.md'), 'Trees.');
  await expect(adapter.configure(input)).rejects.toThrow('agents: plugins "land" and "sea" both have "queequeg"; rename one of them');
});

test.each([
  ['anthropic/claude-opus-5', 'ANTHROPIC_API_KEY', 'xhigh', 'max'],
  ['openai/gpt-5.5', 'OPENAI_API_KEY', 'High', 'high'],
  ['google/gemini-2.5-pro', 'GEMINI_API_KEY', 'minimal', 'low'],
  ['zai-coding-plan/glm-5', 'ZHIPU_API_KEY', 'low', 'low'],
  ['my-gateway/x', 'MY_GATEWAY_API_KEY', 'max', 'max'],
  ['claude-opus-5', 'ANTHROPIC_API_KEY', 'max', 'max'],
])('the key for %s is in %s, and effort %s is the variant %s', async (model, variable, effort, variant) => {
  const command = await adapter.command(anInput({ env: { HOME: '/nowhere', KELOS_MODEL: model, KELOS_EFFORT: effort, OPENCODE_API_KEY: 'k' } }));
  expect(command.env[variable]).toBe('k');
  expect(command).toMatchObject({ file: 'opencode', input: 'Fix it', args: ['run', '--format', 'json', '--auto', '--print-logs', '--log-level', 'ERROR', '--model', model, '--variant', variant] });
});

test('a key of OpenCode itself stays where it is, and one of the Pod\'s own comes first', async () => {
  const keysOf = async (more: object) => Object.keys((await adapter.command(anInput({ env: { HOME: '/nowhere', OPENCODE_API_KEY: 'k', ...more } }))).env).filter((name) => name.endsWith('_API_KEY'));
  expect(await keysOf({ KELOS_MODEL: 'opencode/big' })).toEqual([]);
  expect(await keysOf({ KELOS_MODEL: 'openai/gpt-5.5', OPENAI_API_KEY: 'theirs' })).toEqual([]);
});
