import { type TestContext, expect, test } from 'vitest';
import type { Script } from '../../../src/testing/scripted-model.ts';
import type { ModelFault } from '../../../src/testing/wire-format.ts';
import { git } from '../git-fixture.ts';
import { startMcpServers } from './mcp-server.ts';
import { realRun, SEA } from './real-run.ts';

/** It would try ten times by itself, for minutes. */
const ONE_ATTEMPT = JSON.stringify({ general: { maxAttempts: 1 } });

const aRealRun = (context: TestContext, script: Script, env: Record<string, string> = {}) => realRun(context, {
  type: 'gemini', script, files: { '.gemini/settings.json': ONE_ATTEMPT },
  env: ({ url }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'a-dummy-key', KELOS_MODEL: 'gemini-2.5-pro', ...env }),
});

test('the real Gemini reads, edits and writes files, commits, and pushes to the branch', async (context) => {
  const { bare, start, model, result } = await aRealRun(context, ({ prompt, cwd }) => [
    { text: `I was asked: ${prompt}`, tools: [{ name: 'read_file', input: { file_path: `${cwd}/README.md` } }] },
    { tools: [
      { name: 'replace', input: { file_path: `${cwd}/README.md`, instruction: 'say what is sold', old_string: 'A shop.', new_string: 'A shop for tea.' } },
      { name: 'run_shell_command', input: { command: 'cat nothing-here' } },
    ] },
    { tools: [{ name: 'run_shell_command', input: { command: 'git add -A && git commit -qm "docs: say what is sold" && git push -q' } }] },
    { text: 'It says what is sold.', usage: { inputTokens: 2_000, outputTokens: 50, cacheReadTokens: 700 } },
  ]);
  const { code, log } = await start('--document the shop').ended;
  expect(model.errors).toEqual([]);
  expect(log).toContain('I was asked: --document the shop');
  expect(log).toContain('> run_shell_command cat nothing-here');
  expect(code).toBe(0);
  expect(git(bare, 'show', 'bot/docs:README.md')).toBe('# shop\n\nA shop for tea.');
  expect(result().outputs).toEqual([
    'branch: bot/docs', `commit: ${git(bare, 'rev-parse', 'bot/docs')}`, 'base-branch: main', 'cost-usd: 0.0098375',
    'input-tokens: 5700', 'output-tokens: 350', `response: ${Buffer.from('It says what is sold.').toString('base64')}`,
  ]);
});

test('the real Gemini finds the instructions, skills, agents, effort and servers it is configured with', async (context) => {
  const servers = await startMcpServers();
  const { plugin, start, asked, model } = await aRealRun(context, [{ text: 'Ready.' }], { KELOS_AGENTS_MD: 'Call me Ishmael.', KELOS_EFFORT: 'low', KELOS_MCP_SERVERS: servers.config });
  plugin(SEA);
  expect((await start('Are you ready?').ended).code).toBe(0);
  expect(asked('Call me Ishmael.', 'Throws a harpoon', 'queequeg', '"thinkingBudget":1024', 'throw_spear')).toEqual([]);
  expect(new Set(model.requests.map(({ credential }) => credential))).toEqual(new Set(['a-dummy-key']));
  await expect.poll(() => [...servers.given].sort()).toEqual(['Bearer http-secret', 'Bearer sse-secret', 'stdio-secret']);
});

test.for<[ModelFault, RegExp]>([
  ['unauthorized', /^Gemini failed: the model endpoint refused the credentials, check the Secret: /],
])('the real Gemini whose model is %s fails, and says so', async ([fault, message], context) => {
  const { start, result } = await aRealRun(context, [{ fault }]);
  expect((await start('Fix it').ended).code).not.toBe(0);
  expect(result().error).toMatch(message);
});

test('the real Gemini that is stopped while it waits ends with what it did and used', async (context) => {
  const { repo, start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'run_shell_command', input: { command: 'git commit -q --allow-empty -m half' } }] },
    { text: 'never', fault: 'hang' },
  ]);
  const { child, ended } = start('Fix it');
  await expect.poll(() => model.requests.length).toBe(2);
  child.kill('SIGTERM');
  expect((await ended).code).not.toBe(0);
  expect(result().error).toMatch(/^the agent was stopped after \d+ s$/);
  expect(result().outputs).toEqual(expect.arrayContaining([`commit: ${git(repo, 'rev-parse', 'HEAD')}`, 'input-tokens: 1000', 'output-tokens: 100']));
});

test('the real Gemini CLI is stopped while it works on after the answer that passed its limit', async (context) => {
  const { start, model, result } = await aRealRun(context, [
    { tools: [{ name: 'run_shell_command', input: { command: 'sleep 300' } }], usage: { inputTokens: 2_000, outputTokens: 1_000 } },
    { text: 'never' },
  ], { TASKWRIGHT_MAX_OUTPUT_TOKENS: '999' });
  const { log } = await start('Fix it').ended;
  expect(model.requests.length, log).toBe(1);
  expect(result()).toMatchObject({ error: 'gemini was stopped at the limit of what it may spend: it has used 1000 of 999 output tokens', reason: 'Limit' });
  expect(result().outputs).toEqual(expect.arrayContaining(['input-tokens: 2000', 'output-tokens: 1000']));
});
