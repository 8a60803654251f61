import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapter } from '../../../src/agent/adapters/gemini.ts';
import { anInput, readEvents, recorded } from '../agent-fixture.ts';
import { git, temporaryDirectory } from '../git-fixture.ts';

const nowhere = { HOME: '/nowhere', KELOS_MODEL: 'gemini-2.5-pro' };

test('a recorded run reads as what happened, and what it thought counts as output', async () => {
  const { log, outcome } = await readEvents(adapter, recorded('gemini', 'completed'), { env: nowhere });
  expect(log).toEqual([
    '* started, model gemini-2.5-pro',
    'I read the README first. (It is long enough to come in two pieces.)',
    '> read_file /workspace/repo/README.md',
    '  (no output)',
    '> replace /workspace/repo/README.md',
    '  (no output)',
    'Now two that fail.',
    '> run_shell_command cat nothing-here',
    '> read_file /workspace/repo/nothing-here',
    '  cat: nothing-here: No such file or directory',
    '  ! File not found: /workspace/repo/nothing-here',
    'I documented the shop.',
    '* completed (0.3 s, 4700 tokens in, 400 out)',
  ]);
  expect(outcome).toEqual({
    ended: true, inputTokens: '4700', outputTokens: '400', response: 'I documented the shop.',
    usage: [{ model: 'gemini-2.5-pro', inputTokens: 4_000, cacheReadTokens: 700, cacheWriteTokens: 0, outputTokens: 400 }],
  });
});

test('a recorded wrong key says so', async () => {
  const { outcome } = await readEvents(adapter, recorded('gemini', 'unauthorized'), { env: nowhere });
  expect(outcome.failure).toMatch(/^Gemini failed: the model endpoint refused the credentials, check the Secret: \[API Error: /);
});

test('the file of the session tells the requests of a run that was stopped, each once', async () => {
  const home = temporaryDirectory();
  const [init, ...events] = recorded('gemini', 'completed').slice(0, -1) as [{ session_id: string }, ...object[]];
  const chats = join(home, '.gemini', 'tmp', 'repo', 'chats');
  mkdirSync(chats, { recursive: true });
  const message = (id: string) => JSON.stringify({ id, type: 'gemini', model: 'gemini-2.5-pro', tokens: { input: 1_000, output: 90, cached: 400, thoughts: 10, total: 1_100 } });
  writeFileSync(join(chats, `session-2026-11-21-${init.session_id.slice(0, 8)}.jsonl`), [message('a'), message('a'), '{"$set":{}}', message('b'), '{"id":"c","mod'].join('\n'));
  const request = { model: 'gemini-2.5-pro', inputTokens: 600, cacheReadTokens: 400, cacheWriteTokens: 0, outputTokens: 100, isOneRequest: true };
  expect((await readEvents(adapter, [init, ...events], { env: { ...nowhere, HOME: home } })).outcome)
    .toEqual({ ended: false, inputTokens: '2000', outputTokens: '200', response: 'I documented the shop.', usage: [request, request] });
});

test('a secret that comes in two pieces is not in the log', async () => {
  const said = (content: string) => ({ type: 'message', role: 'assistant', content, delta: true });
  const redact = (text: string) => text.replaceAll('sk-very-secret', '***');
  const { log } = await readEvents(adapter, [said('it is sk-ve'), said('ry-secret'), { type: 'tool_use', tool_name: 'x' }, said('sk-very'), said('-secret'), { type: 'result', status: 'success' }], { env: nowhere, redact });
  expect(log).toEqual(['it is ***', '> x', '***', '* completed (0.0 s, 0 tokens in, 0 out)']);
});

test('what the clone says of credentials is said once more where Gemini cannot unsay it', async () => {
  const cwd = temporaryDirectory();
  git(cwd, 'init', '--quiet');
  for (const [key, value] of [['credential.helper', ''], ['credential.https://git.example.com.helper', "!f() { echo 'it'; }; f"], ['credential.https://git.example.com.username', 'bot']] as const) git(cwd, 'config', '--add', key, value);
  const { env } = await adapter.command(anInput({ cwd, env: { PATH: process.env.PATH, HOME: cwd } }));
  // As Gemini itself runs commands.
  const gemini = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'credential.helper', GIT_CONFIG_VALUE_0: '' };
  const heard = execFileSync('git', ['config', '--get-regexp', '^credential'], { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: cwd, ...gemini, ...env } as NodeJS.ProcessEnv });
  expect(heard.trim().split('\n').slice(-3)).toEqual(['credential.helper ', "credential.https://git.example.com.helper !f() { echo 'it'; }; f", 'credential.https://git.example.com.username bot']);
});

test('an event of any shape is survived, and says nothing it does not hold', async () => {
  const { outcome } = await readEvents(adapter, [null, 1, [], {}, { type: 'message', role: 'assistant', content: 7 }, { type: 'tool_use', parameters: [] }, { type: 'result', status: 'success', stats: 'many' }, { type: 'novelty' }]);
  expect(outcome).toEqual({ ended: true });
});

test('a configuration is merged into what the image brings, for its user alone', async () => {
  const home = temporaryDirectory();
  const settings = join(home, '.gemini', 'settings.json');
  mkdirSync(join(home, '.gemini'));
  writeFileSync(settings, '{"general":{"maxAttempts":3}}', { mode: 0o600 });
  const env = {
    HOME: home, KELOS_MODEL: 'gemini-3-pro', KELOS_EFFORT: 'max', GEMINI_API_KEY: 'k', KELOS_AGENTS_MD: 'Be kind.',
    KELOS_MCP_SERVERS: JSON.stringify({ mcpServers: {
      local: { type: 'stdio', command: 'npx', args: ['-y'], env: { TOKEN: 't' } }, web: { type: 'http', url: 'https://a', headers: { H: 'v' } }, old: { type: 'sse', url: 'https://b' },
    } }),
  };
  const pluginDir = join(home, 'plugins');
  mkdirSync(join(pluginDir, 'my plugin', 'skills', 'one'), { recursive: true });
  writeFileSync(join(pluginDir, 'my plugin', 'skills', 'one', 'SKILL.md'), 'One.');
  const input = anInput({ env, pluginDir });
  await adapter.configure(input);
  await adapter.configure(input);
  expect(JSON.parse(readFileSync(settings, 'utf8'))).toEqual({
    general: { maxAttempts: 3, enableAutoUpdate: false, enableAutoUpdateNotification: false }, privacy: { usageStatisticsEnabled: false },
    security: { auth: { selectedType: 'gemini-api-key' } },
    mcpServers: { local: { command: 'npx', args: ['-y'], env: { TOKEN: 't' } }, web: { httpUrl: 'https://a', headers: { H: 'v' } }, old: { url: 'https://b' } },
    modelConfigs: { customAliases: { 'kelos-effort-gemini-3-pro': { modelConfig: { model: 'gemini-3-pro', generateContentConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } } } } },
  });
  expect(statSync(settings).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, '.gemini', 'GEMINI.md'), 'utf8')).toBe('Be kind.');
  expect(existsSync(join(home, '.gemini', 'extensions', 'my-plugin', 'skills', 'one', 'SKILL.md'))).toBe(true);
  expect(existsSync(join(home, '.gemini', 'extensions', 'my-plugin', 'skills', 'skills'))).toBe(false);
  expect(await adapter.command(input)).toMatchObject({ file: 'gemini', input: 'Fix it', args: ['--yolo', '--skip-trust', '--output-format', 'stream-json', '--model', 'kelos-effort-gemini-3-pro'] });
});

test.each([
  ['gemini-2.5-pro', 'xhigh', { thinkingBudget: 16_384 }],
  ['gemini-2.5-flash', '-1', { thinkingBudget: -1 }],
  ['gemini-3.1-pro-preview', 'low', { thinkingLevel: 'LOW' }],
  ['gemini-2.5-pro', 'turbo', undefined],
  ['gemma-3.5', 'high', undefined],
  ['', 'high', undefined],
])('the effort of %j at %s is %o, or a wish in words', async (model, effort, thinkingConfig) => {
  const home = temporaryDirectory();
  const warnings: string[] = [];
  await adapter.configure(anInput({ env: { HOME: home, KELOS_MODEL: model, KELOS_EFFORT: effort }, warn: (line) => warnings.push(line) }));
  const { modelConfigs } = JSON.parse(readFileSync(join(home, '.gemini', 'settings.json'), 'utf8')) as { modelConfigs?: { customAliases: Record<string, { modelConfig: { generateContentConfig: object } }> } };
  expect(Object.values(modelConfigs?.customAliases ?? {})[0]?.modelConfig.generateContentConfig).toEqual(thinkingConfig && { thinkingConfig });
  expect(existsSync(join(home, '.gemini', 'GEMINI.md'))).toBe(thinkingConfig === undefined);
  expect(warnings.length).toBe(thinkingConfig === undefined ? 1 : 0);
});
