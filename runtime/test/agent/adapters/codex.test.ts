import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapter } from '../../../src/agent/adapters/codex.ts';
import { anInput, readEvents, recorded } from '../agent-fixture.ts';
import { temporaryDirectory } from '../git-fixture.ts';

const usage = { inputTokens: 5_000, cacheReadTokens: 700, cacheWriteTokens: 0, outputTokens: 500 };

test('a recorded run reads as what happened, and its outcome counts cached input once', async () => {
  const { log, outcome } = await readEvents(adapter, recorded('codex', 'completed'), { env: { HOME: '/nowhere', KELOS_MODEL: 'gpt-5.5' } });
  expect(log).toEqual([
    '* started, model gpt-5.5',
    'I read the README first.',
    '> shell cat README.md',
    '  # shop (+2 lines)',
    '> update README.md',
    '> add docs/usage.md',
    'Now a command that fails.',
    '> shell cat nothing-here',
    '  ! exit code 1 cat: nothing-here: No such file or directory',
    '! Reconnecting... 1/1 (stream disconnected before completion: stream closed before response.completed)',
    '> shell git add -A && git commit -q -m "docs: say what it is" && git push -q',
    '  (no output)',
    'I documented the shop and pushed it.',
    '* completed (5700 tokens in, 500 out)',
  ]);
  expect(outcome).toEqual({ ended: true, inputTokens: '5700', outputTokens: '500', usage: [{ ...usage, model: 'gpt-5.5' }], response: 'I documented the shop and pushed it.' });
});

test.each([
  ['unauthorized', 'Codex failed: the model endpoint refused the credentials, check the Secret: unexpected status 401 Unauthorized: invalid x-api-key, url: http://model/v1/responses'],
  ['cut-off', 'Codex failed: the answer of the model broke off: stream disconnected before completion: stream closed before response.completed'],
])('a recorded run that is %s says so', async (name, failure) => {
  expect((await readEvents(adapter, recorded('codex', name), { env: { HOME: '/nowhere' } })).outcome).toEqual({ ended: true, failure });
});

test('the file of the session tells the model it chose, and what a run used that never ended', async () => {
  const home = temporaryDirectory();
  const events = recorded('codex', 'completed').slice(0, -1);
  const { thread_id: thread } = events[0] as { thread_id: string };
  const day = join(home, '.codex', 'sessions', '2026', '11', '21');
  mkdirSync(day, { recursive: true });
  const line = (type: string, payload: object) => JSON.stringify({ timestamp: 'now', ordinal: 1, type, payload });
  const count = (input: number) => line('event_msg', { type: 'token_count', info: { last_token_usage: { input_tokens: input, cached_input_tokens: 400, output_tokens: 100 } } });
  writeFileSync(join(day, `rollout-2026-11-21-${thread}.jsonl`), [
    line('session_meta', {}), line('turn_context', { model: 'gpt-6-sol' }), line('event_msg', { type: 'token_count', info: null }), count(1_000), count(2_000), '{"type":"turn_context","pay',
  ].join('\n'));
  expect((await readEvents(adapter, events, { env: { HOME: home } })).outcome).toEqual({
    ended: false, inputTokens: '3000', outputTokens: '200', response: 'I documented the shop and pushed it.',
    usage: [600, 1_600].map((inputTokens) => ({ model: 'gpt-6-sol', inputTokens, cacheReadTokens: 400, cacheWriteTokens: 0, outputTokens: 100, isOneRequest: true })),
  });
});

test('an event of any shape is survived, and says nothing it does not hold', async () => {
  const { outcome } = await readEvents(adapter, [null, 1, 'x', [], {}, { type: 'item.completed' }, { type: 'item.completed', item: 7 }, { type: 'item.completed', item: { type: 'file_change', changes: [7] } }, { type: 'turn.completed', usage: 'much' }, { type: 'novelty' }]);
  expect(outcome).toEqual({ ended: true });
});

test('a configuration is a layer of its own, for its user alone, and the same when it is written again', async () => {
  const home = temporaryDirectory();
  const warnings: string[] = [];
  const env = {
    HOME: home, KELOS_EFFORT: 'high', OPENAI_BASE_URL: 'http://gateway/v1', CODEX_API_KEY: 'k', KELOS_AGENTS_MD: 'Be kind.',
    KELOS_MCP_SERVERS: JSON.stringify({ mcpServers: {
      'a "b"': { type: 'stdio', command: 'npx', args: ['-y', 'x\n'], env: { TOKEN: 's\u007f\\"' } },
      web: { type: 'http', url: 'https://mcp.example.com', headers: { Authorization: 'Bearer t' } },
      old: { type: 'sse', url: 'https://old.example.com/sse' },
    } }),
  };
  mkdirSync(join(home, '.codex'));
  writeFileSync(join(home, '.codex', 'config.toml'), 'model = "theirs"\n');
  const input = anInput({ env, pluginDir: join(home, 'none'), warn: (line) => warnings.push(line) });
  await adapter.configure(input);
  await adapter.configure(input);
  const path = join(home, '.codex', 'taskwright.config.toml');
  expect(readFileSync(path, 'utf8')).toBe(`check_for_update_on_startup = false
cli_auth_credentials_store = "file"
model_reasoning_effort = "high"
model_provider = "taskwright"
[analytics]
enabled = false
[model_providers."taskwright"]
name = "the endpoint of OPENAI_BASE_URL"
base_url = "http://gateway/v1"
wire_api = "responses"
env_key = "CODEX_API_KEY"
[mcp_servers."a \\"b\\""]
startup_timeout_sec = 60
command = "npx"
args = ["-y", "x\\n"]
env = { "TOKEN" = "s\\u007f\\\\\\"" }
[mcp_servers."web"]
startup_timeout_sec = 60
url = "https://mcp.example.com"
http_headers = { "Authorization" = "Bearer t" }
[mcp_servers."old"]
startup_timeout_sec = 60
url = "https://old.example.com/sse"
`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, '.codex', 'config.toml'), 'utf8')).toBe('model = "theirs"\n');
  expect(readFileSync(join(home, '.codex', 'AGENTS.md'), 'utf8')).toBe('Be kind.');
  expect(new Set(warnings)).toEqual(new Set(['! MCP server old: Codex does not speak SSE, it is tried as streamable HTTP']));
});

test('agents of plugins are agents of its own', async () => {
  const home = temporaryDirectory();
  const pluginDir = join(home, 'plugins');
  mkdirSync(join(pluginDir, 'sea', 'agents'), { recursive: true });
  writeFileSync(join(pluginDir, 'sea', 'agents', 'queequeg.md'), '---\nname: queequeg\ndescription: Knows "whales"\n---\nYou know\nwhales.\n');
  await adapter.configure(anInput({ env: { CODEX_HOME: home }, pluginDir }));
  expect(readFileSync(join(home, 'agents', 'queequeg.toml'), 'utf8')).toBe('name = "queequeg"\ndescription = "Knows \\"whales\\""\ndeveloper_instructions = "You know\\nwhales."\n');
});

test('a login is kept where Codex reads it, and not in the environment of its commands', async () => {
  const home = temporaryDirectory();
  const env = { CODEX_HOME: home, CODEX_AUTH_JSON: '{"tokens":{}}', OPENAI_BASE_URL: 'http://gateway/v1' };
  await adapter.configure(anInput({ env }));
  expect(readFileSync(join(home, 'auth.json'), 'utf8')).toBe('{"tokens":{}}');
  expect(statSync(join(home, 'auth.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, 'taskwright.config.toml'), 'utf8')).toContain('requires_openai_auth = true');
  expect((await adapter.command(anInput({ env }))).env).toEqual({ CODEX_AUTH_JSON: undefined, KELOS_MCP_SERVERS: undefined });
  await expect(adapter.configure(anInput({ env: { ...env, CODEX_AUTH_JSON: 'secret' } }))).rejects.toThrow('CODEX_AUTH_JSON: not JSON; it must be the auth.json that `codex login` wrote');
});

test('a session, which is started by somebody else, finds it in the configuration proper', async () => {
  const home = temporaryDirectory();
  writeFileSync(join(home, 'config.toml'), '[mcp_servers.stale]\n');
  await adapter.configure(anInput({ env: { CODEX_HOME: home, KELOS_SESSION_SETUP_ONLY: '1', KELOS_EFFORT: 'low' } }));
  expect(readFileSync(join(home, 'config.toml'), 'utf8')).toMatch(/^check_for_update.*\n.*\nmodel_reasoning_effort = "low"\n/);
});

test('the prompt is no argument, whatever it begins with', async () => {
  expect(await adapter.command(anInput({ env: { KELOS_MODEL: 'gpt-5.5' }, prompt: '--help' }))).toMatchObject({
    file: 'codex', input: '--help',
    args: ['exec', '--profile', 'taskwright', '--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check', '--json', '--model', 'gpt-5.5', '-'],
  });
});
