import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { adapter } from '../../../src/agent/adapters/cursor.ts';
import { anInput, readEvents, recorded } from '../agent-fixture.ts';
import { temporaryDirectory } from '../git-fixture.ts';

test('a run as its maker documents it reads as what happened', async () => {
  const { log, outcome } = await readEvents(adapter, recorded('cursor', 'documented'));
  expect(log).toEqual([
    '* started, model Claude 4 Sonnet',
    'I\'ll read the README file first.',
    '> read README.md',
    '  # shop (+2 lines)',
    '> write docs/usage.md',
    '> throw_spear {"at":"whale"}',
    'Done! I documented the shop.',
    '* completed (5.2 s, 5200 tokens in, 300 out)',
  ]);
  expect(outcome).toEqual({
    ended: true, inputTokens: '5200', outputTokens: '300', response: 'I\'ll read the README file first.Done! I documented the shop.',
    usage: [{ model: 'cursor:Claude 4 Sonnet', inputTokens: 1_200, cacheReadTokens: 4_000, cacheWriteTokens: 0, outputTokens: 300 }],
  });
});

test('a run that is cut off has no end, and one that failed says so', async () => {
  const events = recorded('cursor', 'documented').slice(0, -1);
  expect((await readEvents(adapter, events)).outcome).toEqual({ ended: false });
  const failed = { type: 'result', subtype: 'error', is_error: true, result: 'Unauthorized' };
  expect((await readEvents(adapter, [...events, failed])).outcome).toEqual({ ended: true, failure: 'Cursor failed: the model endpoint refused the credentials, check the Secret: Unauthorized' });
});

test('an event of any shape is survived, and says nothing it does not hold', async () => {
  const { log } = await readEvents(adapter, [null, 1, [], {}, { type: 'assistant' }, { type: 'assistant', message: { content: [7] } }, { type: 'tool_call', tool_call: 7 }, { type: 'tool_call', subtype: 'completed', tool_call: { readToolCall: { result: 'x' } } }, { type: 'novelty' }]);
  expect(log).toEqual([]);
});

test('what it is configured with is in its home, and nothing of it in the repository', async () => {
  const home = temporaryDirectory();
  const pluginDir = join(home, 'plugins');
  for (const [path, content] of [['sea/skills/harpoon/SKILL.md', 'Aim.'], ['sea/agents/queequeg.md', 'Whales.']] as const) {
    mkdirSync(dirname(join(pluginDir, path)), { recursive: true });
    writeFileSync(join(pluginDir, path), content);
  }
  const cwd = join(home, 'repo');
  mkdirSync(cwd);
  const env = { HOME: home, KELOS_MODEL: 'gpt-5.5', KELOS_EFFORT: 'high', KELOS_AGENTS_MD: 'Be kind.', KELOS_MCP_SERVERS: '{"mcpServers":{"web":{"type":"http","url":"https://a","headers":{"H":"v"}}}}' };
  const input = anInput({ env, cwd, pluginDir, prompt: '--help me' });
  await adapter.configure(input);
  await adapter.configure(input);
  const cursor = join(home, '.cursor');
  expect(readFileSync(join(cursor, 'AGENTS.md'), 'utf8')).toBe('Be kind.\n\n# Kelos Effort\n\nUse high reasoning effort for this task.');
  expect(JSON.parse(readFileSync(join(cursor, 'mcp.json'), 'utf8'))).toEqual({ mcpServers: { web: { type: 'http', url: 'https://a', headers: { H: 'v' } } } });
  expect(statSync(join(cursor, 'mcp.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(cursor, 'skills', 'sea:harpoon', 'SKILL.md'), 'utf8')).toBe('Aim.');
  expect(readFileSync(join(cursor, 'agents', 'sea-queequeg.md'), 'utf8')).toBe('Whales.');
  expect(existsSync(join(cwd, '.cursor'))).toBe(false);
  expect(await adapter.command(input)).toEqual({
    file: 'agent', input: '', env: { KELOS_MCP_SERVERS: undefined },
    args: ['--model', 'gpt-5.5', '-p', '--force', '--trust', '--sandbox', 'disabled', '--output-format', 'stream-json', '--approve-mcps', '\n--help me'],
  });
});

test('a prompt that is too long for an argument is left in a file', async () => {
  const home = temporaryDirectory();
  const input = anInput({ env: { HOME: home }, prompt: 'x'.repeat(200_000) });
  await adapter.configure(input);
  const file = join(home, '.cursor', 'taskwright-prompt.txt');
  expect(readFileSync(file, 'utf8')).toBe(input.prompt);
  expect((await adapter.command(input)).args.at(-1)).toBe(`Your task is in the file ${file}. Read it whole, then do it.`);
});
