import { type TestContext, expect, test } from 'vitest';
import type { Script } from '../../../src/testing/scripted-model.ts';
import { git } from '../git-fixture.ts';
import { startMcpServers } from './mcp-server.ts';
import { realRun, SEA } from './real-run.ts';

const aRealRun = (context: TestContext, script: Script, env: Record<string, string> = {}) => realRun(context, {
  type: 'claude-code', script,
  env: ({ url }) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'a-dummy-key', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', CLAUDE_CODE_MAX_RETRIES: '2', ...env }),
});

test('the real CLI reads, edits and writes files, commits, and pushes to the branch', async (context) => {
  const { bare, start, model, result } = await aRealRun(context, ({ cwd, prompt }) => [
    { text: `I was asked: ${prompt}`, tools: [{ name: 'Read', input: { file_path: `${cwd}/README.md` } }] },
    { tools: [
      { name: 'Edit', input: { file_path: `${cwd}/README.md`, old_string: 'A shop.', new_string: 'A shop for tea.' } },
      { name: 'Write', input: { file_path: `${cwd}/docs/usage.md`, content: 'Drink it hot.\n' } },
    ] },
    { tools: [{ name: 'Bash', input: { command: 'git add -A && git commit -qm "docs: say what is sold" && git push -q' } }], fault: 'overloaded', faultTimes: 1 },
    { text: 'It says what is sold.', usage: { inputTokens: 2_000, outputTokens: 50, cacheReadTokens: 700 } },
  ], { KELOS_MODEL: 'sonnet' });

  const { code, log } = await start('--document the shop').ended;
  expect(model.errors).toEqual([]);
  expect(log).toContain('I was asked: --document the shop');
  expect(code).toBe(0);
  const commit = git(bare, 'rev-parse', 'bot/docs');
  expect(git(bare, 'show', 'bot/docs:README.md')).toBe('# shop\n\nA shop for tea.');
  expect(git(bare, 'show', 'bot/docs:docs/usage.md')).toBe('Drink it hot.');
  expect(result().outputs).toEqual([
    'branch: bot/docs', `commit: ${commit}`, 'base-branch: main', expect.stringMatching(/^cost-usd: 0\.\d+$/),
    'input-tokens: 5700', 'output-tokens: 350', `response: ${Buffer.from('It says what is sold.').toString('base64')}`,
  ]);
  expect(model.requests[0]!.model).toMatch(/sonnet/);
});

test('the real CLI finds the instructions, skills, agents and servers it is configured with', async (context) => {
  const { plugin, start, asked } = await aRealRun(context, [{ text: 'Ready.' }], {
    KELOS_AGENTS_MD: 'Call me Ishmael.', KELOS_EFFORT: 'low', KELOS_MCP_SERVERS: JSON.stringify({ mcpServers: { whales: { command: '/no/such/server' } } }),
  });
  plugin(SEA);
  const { code, log } = await start('Are you ready?').ended;
  expect(code).toBe(0);
  expect(log).toContain('! MCP server whales failed to start');
  expect(asked('Call me Ishmael.', 'sea:harpoon', 'sea:queequeg', '"effort":"low"')).toEqual([]);
});

test('the real CLI asks servers of each transport for their tools, with the secrets of each', async (context) => {
  const servers = await startMcpServers();
  const { start } = await aRealRun(context, [{ text: 'Ready.' }], { KELOS_MCP_SERVERS: servers.config });
  expect((await start('Are you ready?').ended).code).toBe(0);
  await expect.poll(() => [...servers.given].sort()).toEqual(['Bearer http-secret', 'Bearer sse-secret', 'stdio-secret']);
});

test.for([
  ['an OAuth token', { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-token' }, 'Bearer sk-ant-oat01-token'],
  ['a token of the Pod\'s own', { ANTHROPIC_AUTH_TOKEN: 'a-token-of-the-gateway' }, 'Bearer a-token-of-the-gateway'],
] as const)('the real CLI authenticates with %s', async ([, env, credential], context) => {
  const { start, model } = await realRun(context, { type: 'claude-code', script: [{ text: 'Ready.' }], env: ({ url }) => ({ ANTHROPIC_BASE_URL: url, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', ...env }) });
  expect((await start('Are you ready?').ended).code).toBe(0);
  expect(new Set(model.requests.map((request) => request.credential))).toEqual(new Set([credential]));
});

test('the real CLI with a wrong key fails, and says so', async (context) => {
  const { start, result } = await aRealRun(context, [{ fault: 'unauthorized' }]);
  expect((await start('Fix it').ended).code).toBe(1);
  expect(result().error).toMatch(/^Claude Code returned an unsuccessful result \(is_error=true\): Invalid API key/);
});

test('the real CLI that is stopped while it waits ends with what it did', async (context) => {
  const { bare, repo, start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'Bash', input: { command: 'git commit -q --allow-empty -m half' } }] },
    { text: 'never', fault: 'hang' },
  ]);
  const { child, ended } = start('Fix it');
  await expect.poll(() => model.requests.length).toBe(2);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(143);
  expect(result().error).toMatch(/^the agent was stopped after \d+ s$/);
  expect(result().outputs).toContain(`commit: ${git(repo, 'rev-parse', 'HEAD')}`);
  expect(git(repo, 'log', '-1', '--format=%s')).toBe('half');
  expect(git(bare, 'branch', '--list', 'bot/docs')).toBe('');
});

const TURN = { usage: { inputTokens: 2_000, outputTokens: 1_000 } };

test('the real CLI stops itself after the answer that passed its limit in dollars, and tells what it spent', async (context) => {
  // An answer of these is $0.035.
  const { bare, start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'Bash', input: { command: 'git commit -q --allow-empty -m half && git push -q origin HEAD' } }], ...TURN },
    { tools: [{ name: 'Bash', input: { command: 'true' } }], ...TURN },
    { text: 'never', ...TURN },
  ], { KELOS_MODEL: 'claude-opus-5', TASKWRIGHT_MAX_COST_USD: '0.05' });
  const { code, log } = await start('Fix it').ended;
  expect([code, model.requests.length], log).toEqual([1, 2]);
  expect(result()).toEqual({
    taskwright: 1,
    outputs: ['branch: bot/docs', `commit: ${git(bare, 'rev-parse', 'bot/docs')}`, 'base-branch: main', 'cost-usd: 0.07', 'input-tokens: 4000', 'output-tokens: 2000'],
    error: expect.stringMatching(/^claude-code was stopped at the limit of what it may spend: Claude Code returned an unsuccessful result \(subtype=error_max_budget_usd/),
    reason: 'Limit',
  });
});

test('the real CLI is stopped while it works on after the answer that passed its limit of tokens', async (context) => {
  const { start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'Bash', input: { command: 'sleep 300' } }], ...TURN },
    { text: 'never', ...TURN },
  ], { KELOS_MODEL: 'claude-opus-5', TASKWRIGHT_MAX_OUTPUT_TOKENS: '999' });
  const { log } = await start('Fix it').ended;
  expect(model.requests.length, log).toBe(1);
  expect(result()).toMatchObject({ error: 'claude-code was stopped at the limit of what it may spend: it has used 1000 of 999 output tokens', reason: 'Limit' });
  expect(result().outputs).toEqual(expect.arrayContaining(['cost-usd: 0.035', 'input-tokens: 2000', 'output-tokens: 1000']));
});
