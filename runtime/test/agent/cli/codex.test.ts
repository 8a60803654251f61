import { type TestContext, expect, test } from 'vitest';
import type { Script } from '../../../src/testing/scripted-model.ts';
import type { ModelFault } from '../../../src/testing/wire-format.ts';
import { git } from '../git-fixture.ts';
import { startMcpServers } from './mcp-server.ts';
import { realRun, SEA } from './real-run.ts';

/** Fewer retries than it makes by itself: they are its own and take half a minute. */
const RETRIES = '[model_providers.taskwright]\nrequest_max_retries = 1\nstream_max_retries = 1\n';

const aRealRun = (context: TestContext, script: Script, env: Record<string, string> = {}) => realRun(context, {
  type: 'codex', script, files: { '.codex/config.toml': RETRIES },
  env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/v1`, CODEX_API_KEY: 'a-dummy-key', KELOS_MODEL: 'gpt-5.5', ...env }),
});

test('the real Codex edits files, commits, and pushes to the branch', async (context) => {
  const { bare, start, model, result } = await aRealRun(context, ({ prompt }) => [
    { text: `I was asked: ${prompt}`, tools: [{ name: 'apply_patch', input: { input: '*** Begin Patch\n*** Update File: README.md\n@@\n-A shop.\n+A shop for tea.\n*** End Patch' } }] },
    { tools: [{ name: 'exec_command', input: { cmd: 'cat nothing-here' } }] },
    { tools: [{ name: 'exec_command', input: { cmd: 'git add -A && git commit -qm "docs: say what is sold" && git push -q' } }], fault: 'overloaded', faultTimes: 1 },
    { text: 'It says what is sold.', usage: { inputTokens: 2_000, outputTokens: 50, cacheReadTokens: 700 } },
  ]);
  const { code, log } = await start('--document the shop').ended;
  expect(model.errors).toEqual([]);
  expect(log).toContain('I was asked: --document the shop');
  expect(log).toContain('> update ');
  expect(log).toContain('> shell cat nothing-here');
  expect(code).toBe(0);
  expect(git(bare, 'show', 'bot/docs:README.md')).toBe('# shop\n\nA shop for tea.');
  expect(result().outputs).toEqual([
    'branch: bot/docs', `commit: ${git(bare, 'rev-parse', 'bot/docs')}`, 'base-branch: main', 'cost-usd: 0.03585',
    'input-tokens: 5700', 'output-tokens: 350', `response: ${Buffer.from('It says what is sold.').toString('base64')}`,
  ]);
});

test('the real Codex finds the instructions, skills, effort and servers it is configured with', async (context) => {
  const servers = await startMcpServers();
  const { plugin, start, asked } = await aRealRun(context, [{ text: 'Ready.' }], { KELOS_AGENTS_MD: 'Call me Ishmael.', KELOS_EFFORT: 'low', KELOS_MCP_SERVERS: servers.config });
  plugin(SEA);
  const { code, log } = await start('Are you ready?').ended;
  expect(code).toBe(0);
  expect(log).toContain('! MCP server old: Codex does not speak SSE');
  expect(asked('Call me Ishmael.', 'harpoon: Throws a harpoon', '"effort":"low"')).toEqual([]);
  await expect.poll(() => [...servers.given].sort()).toEqual(['Bearer http-secret', 'stdio-secret']);
});

test.for([
  ['the login that Codex wrote', { CODEX_AUTH_JSON: '{"auth_mode":"apikey","OPENAI_API_KEY":"a-key-of-the-login"}' }, 'Bearer a-key-of-the-login'],
  ['a key of the Pod\'s own', { OPENAI_API_KEY: 'a-key-of-the-pod' }, 'Bearer a-key-of-the-pod'],
] as const)('the real Codex authenticates with %s', async ([, env, credential], context) => {
  const { start, model } = await realRun(context, { type: 'codex', script: [{ text: 'Ready.' }], env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/v1`, KELOS_MODEL: 'gpt-5.5', ...env }) });
  expect((await start('Are you ready?').ended).code).toBe(0);
  expect(new Set(model.requests.map((request) => request.credential))).toEqual(new Set([credential]));
});

test.for<[ModelFault, RegExp]>([
  ['unauthorized', /^Codex failed: the model endpoint refused the credentials, check the Secret: unexpected status 401/],
  ['overloaded', /^Codex failed: the model endpoint is overloaded or failing: /],
  ['malformed', /^Codex failed: the answer of the model broke off: stream disconnected before completion/],
])('the real Codex whose model is %s fails, and says so', async ([fault, message], context) => {
  const { start, result } = await aRealRun(context, [{ fault }]);
  expect((await start('Fix it').ended).code).toBe(1);
  expect(result().error).toMatch(message);
});

test('the real Codex that is stopped while it waits ends with what it did', async (context) => {
  const { repo, start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'exec_command', input: { cmd: 'git commit -q --allow-empty -m half' } }] },
    { text: 'never', fault: 'hang' },
  ]);
  const { child, ended } = start('Fix it');
  await expect.poll(() => model.requests.length).toBe(2);
  child.kill('SIGTERM');
  expect((await ended).code).not.toBe(0);
  expect(result().error).toMatch(/^the agent was stopped after \d+ s$/);
  expect(result().outputs).toContain(`commit: ${git(repo, 'rev-parse', 'HEAD')}`);
});

test('the real Codex is stopped soon after the answer that passed its limit: it tells what one used when the tools have run', async (context) => {
  const { start, model, result } = await aRealRun(context, Array.from({ length: 60 }, () => (
    { tools: [{ name: 'exec_command', input: { cmd: 'sleep 0.1' } }], usage: { inputTokens: 2_000, outputTokens: 1_000 } }
  )), { TASKWRIGHT_MAX_COST_USD: '0.05' });
  const { log } = await start('Fix it').ended;
  expect(model.requests.length, log).toBeLessThan(60);
  expect(result()).toMatchObject({ error: expect.stringMatching(/^codex was stopped at the limit of what it may spend: it has spent \$0\.\d+ of \$0\.05$/), reason: 'Limit' });
  expect(result().outputs).toEqual(expect.arrayContaining([expect.stringMatching(/^cost-usd: /), expect.stringMatching(/^output-tokens: \d+000$/)]));
});
