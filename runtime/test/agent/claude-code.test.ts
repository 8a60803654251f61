import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestContext, expect, onTestFinished, test } from 'vitest';
import { agentCacheDir, CLAUDE_CODE } from '../../src/embedded/agent-images.ts';
import { installNpmProgram } from '../../src/embedded/npm-program.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { type Script, startScriptedModel } from '../../src/testing/scripted-model.ts';
import { git, gitEnv, servedRepository, temporaryDirectory } from './git-fixture.ts';

const MAIN = fileURLToPath(new URL('../../src/agent/main.ts', import.meta.url));
const LONGEST_INSTALL_MS = 60_000;

/** The directory of the real CLI. Where npm cannot bring it within a minute, the test says so and is skipped. */
async function claudeCode(context: TestContext): Promise<string> {
  const tooLong = new AbortController();
  const timer = systemClock.after(LONGEST_INSTALL_MS, () => tooLong.abort(new Error(`it took longer than ${LONGEST_INSTALL_MS / 1000} s`)));
  try {
    const directory = await installNpmProgram(CLAUDE_CODE, { cacheDir: agentCacheDir(process.env), env: process.env, clock: systemClock, signal: tooLong.signal });
    return join(directory, 'node_modules', '.bin');
  } catch (error) {
    return context.skip(`the real Claude Code is not tested: ${(error as Error).message}`);
  } finally {
    timer.cancel();
  }
}

/** Prepares a clone and runs the real CLI in it, as the two containers of a Pod do. */
async function aRealRun(context: TestContext, script: Script, env: Record<string, string> = {}) {
  const bin = await claudeCode(context);
  const { url, bare } = await servedRepository();
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const dir = temporaryDirectory();
  const terminationLog = join(dir, 'termination-log');
  const podEnv = {
    ...gitEnv(dir), PATH: `${bin}:${process.env.PATH}`, KELOS_AGENT_TYPE: 'claude-code', TASKWRIGHT_WORKSPACE: JSON.stringify({ repo: url, branch: 'bot/docs' }),
    TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'), KELOS_PLUGIN_DIR: join(dir, 'plugin'), TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'none'), TASKWRIGHT_RESULT_FILE: terminationLog,
    ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'a-dummy-key', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', CLAUDE_CODE_MAX_RETRIES: '2',
    // Everything that runs here is written in this file.
    TASKWRIGHT_ISOLATED: '1', ...env,
  };
  const program = (args: string[], cwd: string) => {
    const child = spawn(process.execPath, ['--conditions=taskwright-source', MAIN, ...args], { cwd, env: podEnv, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.on('data', (chunk) => (log += String(chunk)));
    child.stderr.on('data', (chunk) => (log += String(chunk)));
    return { child, ended: new Promise<{ code: number | null; log: string }>((resolve) => child.once('close', (code) => resolve({ code, log }))) };
  };
  expect(await program(['prepare'], dir).ended).toMatchObject({ code: 0 });
  const repo = join(dir, 'workspace', 'repo');
  const result = () => JSON.parse(readFileSync(terminationLog, 'utf8')) as { outputs: string[]; error?: string };
  return { bare, repo, dir, model, result, start: (prompt: string) => program(['run', prompt], repo) };
}

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
  const { dir, start, model } = await aRealRun(context, [{ text: 'Ready.' }], {
    KELOS_AGENTS_MD: 'Call me Ishmael.', KELOS_EFFORT: 'low', KELOS_MCP_SERVERS: JSON.stringify({ mcpServers: { whales: { command: '/no/such/server' } } }),
  });
  const plugin = join(dir, 'plugin', 'sea');
  for (const [path, text] of [['skills/harpoon/SKILL.md', '---\nname: harpoon\ndescription: Throws a harpoon\n---\nAim.\n'], ['agents/queequeg.md', '---\nname: queequeg\ndescription: Knows whales\n---\nYou know whales.\n']] as const) {
    mkdirSync(dirname(join(plugin, path)), { recursive: true });
    writeFileSync(join(plugin, path), text);
  }
  const { code, log } = await start('Are you ready?').ended;
  expect(code).toBe(0);
  expect(log).toContain('! MCP server whales failed to start');
  const request = JSON.stringify(model.requests[0]);
  for (const configured of ['Call me Ishmael.', 'sea:harpoon', 'sea:queequeg', '"effort":"low"']) expect(request).toContain(configured);
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
