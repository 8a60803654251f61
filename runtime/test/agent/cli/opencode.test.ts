import { type TestContext, expect, test } from 'vitest';
import type { Script } from '../../../src/testing/scripted-model.ts';
import { git } from '../git-fixture.ts';
import { startMcpServers } from './mcp-server.ts';
import { realRun, SEA } from './real-run.ts';

/** A provider of the user's own, as any OpenAI-compatible endpoint is configured. */
const PROVIDER = JSON.stringify({ provider: { script: {
  npm: '@ai-sdk/openai-compatible', options: { baseURL: '{env:SCRIPT_URL}/v1', apiKey: '{env:SCRIPT_API_KEY}' }, models: { 'claude-sonnet-5': {} },
} } });

const aRealRun = (context: TestContext, script: Script, env: Record<string, string> = {}) => realRun(context, {
  type: 'opencode', script, files: { '.config/opencode/opencode.json': PROVIDER },
  env: ({ url }) => ({ SCRIPT_URL: url, OPENCODE_API_KEY: 'a-dummy-key', KELOS_MODEL: 'script/claude-sonnet-5', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_PURE: '1', ...env }),
});

/** It also asks for a title, with no tools and a prompt of its own. */
const inWork = (script: Script): Script => (conversation) => (conversation.tools.length === 0 ? [{ text: 'A title' }] : typeof script === 'function' ? script(conversation) : script);

test('the real OpenCode edits files and pushes to the branch, with the instructions, skills, agents and servers it is configured with', async (context) => {
  const servers = await startMcpServers();
  const { bare, plugin, start, model, result } = await aRealRun(context, inWork(({ prompt, cwd }) => [
    { text: `I was asked: ${prompt}`, tools: [{ name: 'read', input: { filePath: `${cwd}/README.md` } }] },
    { tools: [{ name: 'edit', input: { filePath: `${cwd}/README.md`, oldString: 'A shop.', newString: 'A shop for tea.' } }] },
    { tools: [{ name: 'bash', input: { command: 'git add -A && git commit -qm "docs: say what is sold" && git push -q', description: 'Pushes' } }] },
    { text: 'It says what is sold.', usage: { inputTokens: 2_000, outputTokens: 50, cacheReadTokens: 700 } },
  ]), { KELOS_AGENTS_MD: 'Call me Ishmael.', KELOS_MCP_SERVERS: servers.config });
  plugin(SEA);
  const { code, log } = await start('--document the shop').ended;
  expect(model.errors).toEqual([]);
  expect(log).toContain('I was asked: --document the shop');
  expect(code).toBe(0);
  expect(git(bare, 'show', 'bot/docs:README.md')).toBe('# shop\n\nA shop for tea.');
  expect(result().outputs).toEqual([
    'branch: bot/docs', `commit: ${git(bare, 'rev-parse', 'bot/docs')}`, 'base-branch: main', 'cost-usd: 0.01364',
    'input-tokens: 5700', 'output-tokens: 350', `response: ${Buffer.from('It says what is sold.').toString('base64')}`,
  ]);
  const asked = JSON.stringify(model.requests);
  expect(new Set(model.requests.map(({ credential }) => credential))).toEqual(new Set(['Bearer a-dummy-key']));
  expect(['Call me Ishmael.', 'Throws a harpoon', 'Knows whales', 'throw_spear'].filter((wanted) => !asked.includes(wanted))).toEqual([]);
  await expect.poll(() => [...servers.given].sort()).toEqual(['Bearer http-secret', 'Bearer sse-secret', 'stdio-secret']);
});

test('the real OpenCode, which asks for ever when answers break off, is ended', async (context) => {
  const { start, result } = await aRealRun(context, inWork([{ fault: 'malformed' }]));
  expect((await start('Fix it').ended).code).not.toBe(0);
  expect(result().error).toBe('OpenCode failed: the answer of the model broke off: stream cut off 5 times in a row');
});

test('the real OpenCode is stopped after the step that passed its limit', async (context) => {
  const { start, model, result } = await aRealRun(context, Array.from({ length: 40 }, () => (
    { tools: [{ name: 'bash', input: { command: 'true', description: 'Nothing' } }], usage: { inputTokens: 2_000, outputTokens: 1_000 } }
  )), { TASKWRIGHT_MAX_OUTPUT_TOKENS: '1999' });
  const { log } = await start('Fix it').ended;
  expect(model.requests.length, log).toBeLessThan(40);
  expect(result()).toMatchObject({ error: expect.stringMatching(/^opencode was stopped at the limit of what it may spend: it has used \d+ of 1999 output tokens$/), reason: 'Limit' });
});

test('the real OpenCode that is told to wait tries five times more, says each time why, and ends', async (context) => {
  const { start, result, model } = await aRealRun(context, inWork([{ fault: 'rate-limited' }]));
  const { code, log } = await start('Fix it').ended;
  expect(code).not.toBe(0);
  expect(result().error).toBe('OpenCode failed: the rate limit or quota of the model is used up: 429 This request would exceed your rate limit');
  expect(log.match(/level=ERROR .*"AI_APICallError: This request would exceed your rate limit"/g)).toHaveLength(6);
  expect(model.requests.filter(({ body }) => (body as { tools?: unknown }).tools)).toHaveLength(6);
});
