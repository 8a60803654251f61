import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, expect, test } from 'vitest';
import type { Conversation, ToolCall } from '../../../src/testing/wire-format.ts';
import type { ScriptedModel, Turn } from '../../../src/testing/scripted-model.ts';
import { git } from '../git-fixture.ts';
import { realRun } from './real-run.ts';

interface RealAgent {
  readonly type: string;
  readonly env: (model: ScriptedModel) => Record<string, string>;
  readonly files?: Readonly<Record<string, string>>;
  /** Its own tool that writes a file, which may be kept to the clone. */
  readonly writes: (file: string, content: string) => ToolCall;
  readonly runs: (command: string) => ToolCall;
}

const AGENTS: readonly RealAgent[] = [
  {
    type: 'claude-code',
    env: ({ url }) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'a-dummy-key', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', CLAUDE_CODE_MAX_RETRIES: '1', KELOS_MODEL: 'sonnet' }),
    writes: (file_path, content) => ({ name: 'Write', input: { file_path, content } }),
    runs: (command) => ({ name: 'Bash', input: { command } }),
  },
  {
    type: 'codex',
    env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/v1`, CODEX_API_KEY: 'a-dummy-key', KELOS_MODEL: 'gpt-5.5' }),
    writes: (file, content) => ({ name: 'apply_patch', input: { input: `*** Begin Patch\n*** Add File: ${file}\n+${content}\n*** End Patch` } }),
    runs: (cmd) => ({ name: 'exec_command', input: { cmd } }),
  },
  {
    type: 'gemini', files: { '.gemini/settings.json': JSON.stringify({ general: { maxAttempts: 1 } }) },
    env: ({ url }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'a-dummy-key', KELOS_MODEL: 'gemini-2.5-pro' }),
    writes: (file_path, content) => ({ name: 'write_file', input: { file_path, content } }),
    runs: (command) => ({ name: 'run_shell_command', input: { command } }),
  },
  {
    type: 'opencode',
    files: { '.config/opencode/opencode.json': JSON.stringify({ provider: { script: { npm: '@ai-sdk/openai-compatible', options: { baseURL: '{env:SCRIPT_URL}/v1', apiKey: '{env:SCRIPT_API_KEY}' }, models: { 'claude-sonnet-5': {} } } } }) },
    env: ({ url }) => ({ SCRIPT_URL: url, OPENCODE_API_KEY: 'a-dummy-key', KELOS_MODEL: 'script/claude-sonnet-5', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_PURE: '1' }),
    writes: (filePath, content) => ({ name: 'write', input: { filePath, content } }),
    runs: (command) => ({ name: 'bash', input: { command, description: 'Works' } }),
  },
];
const [claude] = AGENTS as [RealAgent];

const OUTPUTS = {
  type: 'object',
  properties: { steps: { type: 'array', items: { type: 'string' }, minItems: 1 }, risky: { type: 'boolean' } },
  required: ['steps', 'risky'],
};
const VALID = '{"steps":["read","write"],"risky":false}';
const RESULTS = { steps: ['read', 'write'], risky: false };
const usage = { inputTokens: 1_000, outputTokens: 10 };
const done: Turn = { text: 'Done.', usage };

/** Where the agent was asked to leave its outputs. OpenCode also asks for a title, with no tools. */
function fileIn({ prompt, tools }: Conversation): string | undefined {
  return tools.length === 0 ? undefined : /in the file (\S+)\./.exec(prompt)?.[1];
}

function aRun(context: TestContext, { type, env, files }: RealAgent, script: (file: string) => Turn[], outputs: object = OUTPUTS) {
  return realRun(context, {
    type, env, files, outputs,
    script: (conversation) => {
      const file = fileIn(conversation);
      return file === undefined ? [{ text: 'A title' }] : script(file);
    },
  });
}

const used = (outputs: readonly string[]) => outputs.filter((line) => /^(input|output)-tokens: |^response: /.test(line));

/** OpenCode takes a minute for two runs on a machine that does nothing else. */
const LONGEST_TEST_MS = 600_000;

test.for(AGENTS)('the real $type leaves its outputs beside the clone, and corrects them in its own session', { timeout: LONGEST_TEST_MS }, async (agent, context) => {
  const { start, result, model, repo, dir } = await aRun(context, agent, (file) => [
    { tools: [agent.writes(file, '{"steps":[],"risky":"no"}')], usage }, done,
    { tools: [agent.runs(`echo '${VALID}' > ${file}`)], usage }, { ...done, text: 'Corrected.' },
  ]);
  const { code, log } = await start('Plan it').ended;
  expect(model.errors).toEqual([]);
  expect(log).toContain('! its outputs are not as declared, and the agent is asked to correct them: steps has 0 items; at least 1; risky is a text; it has to be true or false');
  expect({ code, ...result(), outputs: used(result().outputs) }).toEqual({
    code: 0, taskwright: 1, results: RESULTS, outputs: ['input-tokens: 4000', 'output-tokens: 40', `response: ${Buffer.from('Done.').toString('base64')}`],
  });
  const last = JSON.stringify(model.requests.at(-1)!.body);
  expect(['Plan it', '- steps has 0 items; at least 1', 'Correct that file and change nothing else.'].filter((wanted) => !last.includes(wanted))).toEqual([]);
  expect(git(repo, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(dir, 'workspace', '.taskwright-agent.jsonl'), 'utf8')).toMatch(/Done\.[\s\S]*Corrected\./);
});

test('the real Claude Code that leaves what was asked for is not asked again', async (context) => {
  const { start, result, model } = await aRun(context, claude, (file) => [{ tools: [claude.writes(file, VALID)], usage }, done]);
  expect((await start('Plan it').ended).code).toBe(0);
  expect([result().results, used(result().outputs), model.requests.length]).toEqual([RESULTS, ['input-tokens: 2000', 'output-tokens: 20', `response: ${Buffer.from('Done.').toString('base64')}`], 2]);
});

test.for<{ it: string; command: string; error: string }>([
  { it: 'what is wrong', command: `echo '{"steps":["a"],"risky":1}' >`, error: 'risky is a whole number; it has to be true or false' },
  { it: 'nothing', command: 'ls', error: 'the file was not written' },
  { it: 'no JSON', command: 'echo "steps: none" >', error: 'the file is not JSON' },
  { it: 'too much', command: 'head -c 5000000 /dev/zero >', error: 'the file is 5000000 bytes long; at most 32768 can be kept' },
  { it: 'a link', command: 'ln -sf /etc/passwd', error: 'the file is a link; it has to be a file' },
])('the real Claude Code that leaves $it, twice, has failed', async ({ command, error }, context) => {
  const { start, result, model } = await aRun(context, claude, (file) => [{ tools: [claude.runs(`${command} ${file} || true`)], usage }, done, { ...done, text: 'I leave it so.' }]);
  const { code } = await start('Plan it').ended;
  expect(model.errors).toEqual([]);
  expect({ code, ...result(), outputs: used(result().outputs) }).toEqual({
    code: 65, taskwright: 1, error: `its outputs are not as declared: ${error}`,
    outputs: ['input-tokens: 3000', 'output-tokens: 30', `response: ${Buffer.from('Done.').toString('base64')}`],
  });
});

test('the real Claude Code that is stopped while it corrects its outputs ends with what it did', async (context) => {
  const { start, result, model } = await aRun(context, claude, () => [done, { text: 'never', fault: 'hang' }]);
  const { child, ended } = start('Plan it');
  await expect.poll(() => model.requests.length).toBe(2);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(143);
  expect([result().error, used(result().outputs)]).toEqual([expect.stringMatching(/^the agent was stopped after \d+ s$/), ['input-tokens: 1000', 'output-tokens: 10', `response: ${Buffer.from('Done.').toString('base64')}`]]);
});
