import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { git, temporaryDirectory } from './git-fixture.ts';
import { aPod, DECLARED, MAIN, running } from './pod-fixture.ts';

function tokenFile(token: string): string {
  const file = join(temporaryDirectory(), 'GITHUB_TOKEN');
  writeFileSync(file, token);
  return file;
}

const RESULT = '{"type":"result","subtype":"success","is_error":false,"num_turns":2,"duration_ms":100,"result":"done","total_cost_usd":0.5,"usage":{"input_tokens":10,"output_tokens":5}}';

test('a run leaves its result in the termination message, the result file and the log', async () => {
  const pod = aPod({ claude: `cat >/dev/null; echo '${RESULT}'` }, { KELOS_BASE_BRANCH: 'main' });
  const { exitCode, log, termination } = await running(pod);
  const outputs = [
    'branch: main', `commit: ${git(pod.repo, 'rev-parse', 'HEAD')}`, 'base-branch: main',
    'cost-usd: 0.5', 'input-tokens: 10', 'output-tokens: 5', `response: ${Buffer.from('done').toString('base64')}`,
  ];
  expect(exitCode).toBe(0);
  expect(termination).toEqual({ taskwright: 1, outputs });
  expect(JSON.parse(readFileSync(join(pod.dir, 'workspace', '.taskwright-result.json'), 'utf8'))).toEqual({ taskwright: 1, outputs });
  expect(log).toBe(`* completed (2 turns, 0.1 s, 10 tokens in, 5 out, $0.5000)\n---KELOS_OUTPUTS_START---\n${outputs.join('\n')}\n---KELOS_OUTPUTS_END---\n`);
  expect(readFileSync(join(pod.dir, 'workspace', '.taskwright-agent.jsonl'), 'utf8')).toBe(`${RESULT}\n`);
});

test('Claude Code gets its flags, plugins, instructions and servers, and the prompt by its standard input', async () => {
  const pod = aPod({ claude: `printf '%s\\n' "$@" > args; cat > input; env > env; echo '${RESULT}'` }, {
    KELOS_MODEL: 'opus', KELOS_EFFORT: 'high', KELOS_AGENTS_MD: 'Be brief.', KELOS_MCP_SERVERS: '{"mcpServers":{"gh":{"url":"http://x"}}}',
  });
  mkdirSync(join(pod.dir, 'plugin', 'tools'), { recursive: true });
  writeFileSync(join(pod.dir, '.claude.json'), '{"theme":"dark","mcpServers":{"old":{}}}');
  await running(pod, { prompt: '--model other\n$(touch /tmp/owned)' });
  expect(readFileSync(join(pod.repo, 'args'), 'utf8').trim().split('\n')).toEqual([
    '--dangerously-skip-permissions', '--output-format', 'stream-json', '--verbose', '-p', '--model', 'opus', '--effort', 'high', '--plugin-dir', `${pod.dir}/plugin/tools/`,
  ]);
  expect(readFileSync(join(pod.repo, 'input'), 'utf8')).toBe('--model other\n$(touch /tmp/owned)');
  expect(readFileSync(join(pod.dir, '.claude', 'CLAUDE.md'), 'utf8')).toBe('Be brief.');
  expect(JSON.parse(readFileSync(join(pod.dir, '.claude.json'), 'utf8'))).toEqual({ theme: 'dark', mcpServers: { old: {}, gh: { url: 'http://x' } } });
  expect(readFileSync(join(pod.repo, 'env'), 'utf8')).toContain('DISABLE_AUTOUPDATER=1');
});

test.each([
  { isRoot: true, env: { TASKWRIGHT_ISOLATED: '1' }, seen: '1' },
  { isRoot: true, env: { IS_SANDBOX: '1' }, seen: '1' },
  { isRoot: false, env: { TASKWRIGHT_ISOLATED: '1' }, seen: '' },
] as { isRoot: boolean; env: Record<string, string>; seen: string }[])('a sandbox is claimed only for root, where one is declared: %o', async ({ isRoot, env, seen }) => {
  const pod = aPod({ claude: `echo "$IS_SANDBOX" > claimed; echo '${RESULT}'` }, env);
  await running(pod, { isRoot });
  expect(readFileSync(join(pod.repo, 'claimed'), 'utf8').trim()).toBe(seen);
});

test('root outside a sandbox is told what to do', async () => {
  expect(await running(aPod({ claude: `echo '${RESULT}'` }), { isRoot: true })).toMatchObject({
    exitCode: 1,
    error: 'Claude Code does not run as root outside a sandbox; run it as another user, install bubblewrap, or set TASKWRIGHT_ISOLATED=1 where the machine itself is the sandbox',
  });
});

test('a prompt of any length comes from its file', async () => {
  const pod = aPod({ claude: `wc -c > input; echo '${RESULT}'` });
  const file = join(pod.dir, 'prompt');
  writeFileSync(file, 'x'.repeat(3_000_000));
  pod.env.TASKWRIGHT_PROMPT_FILE = file;
  expect((await running(pod, { prompt: '' })).exitCode).toBe(0);
  expect(readFileSync(join(pod.repo, 'input'), 'utf8').trim()).toBe('3000000');
});

test.each([
  { it: 'an exit code is kept, with the last thing that was said', claude: 'echo first >&2; echo "no such model" >&2; exit 7', exitCode: 7, error: 'claude-code exited with code 7: no such model' },
  { it: 'an exit code counts more than a good result', claude: `echo '${RESULT}'; exit 3`, exitCode: 3, error: 'claude-code exited with code 3' },
  { it: 'an incomplete result fails though the agent exits well', claude: `echo '{"type":"result","subtype":"success","stop_reason":"max_tokens"}'`, exitCode: 1, error: 'Claude Code run incomplete (stop_reason=max_tokens)' },
  { it: 'no result is a failure', claude: 'echo "thinking..."', exitCode: 1, error: 'the agent ended without a result: thinking...' },
  { it: 'nothing at all is a failure', claude: 'exit 0', exitCode: 1, error: 'the agent ended without a result' },
  { it: 'a result that is cut off is none', claude: `printf '%s' '${RESULT.slice(0, 60)}'`, exitCode: 1, error: expect.stringMatching(/^the agent ended without a result: \{"type":"result"/) as string },
  { it: 'a killed agent says so', claude: 'kill -9 $$', exitCode: 137, error: 'claude-code was killed (SIGKILL), most likely for want of memory' },
  { it: 'a secret is not repeated', claude: 'echo "bad key sk-very-secret" >&2; exit 1', exitCode: 1, error: 'claude-code exited with code 1: bad key ***' },
])('$it', async ({ claude, exitCode, error }) => {
  const pod = aPod({ claude }, { ANTHROPIC_API_KEY: 'sk-very-secret' });
  const end = await running(pod);
  expect(end).toMatchObject({ exitCode, error, termination: { error } });
  expect(end.outputs).toContain(`commit: ${git(pod.repo, 'rev-parse', 'HEAD')}`);
});

test('an agent that is not installed fails with 127', async () => {
  const pod = aPod({}, { PATH: '/usr/bin:/bin' });
  expect(await running(pod)).toMatchObject({ exitCode: 127, error: 'claude-code exited with code 127: spawn claude ENOENT' });
});

test('an agent of another image is refused by name', async () => {
  expect(await running(aPod({}, { KELOS_AGENT_TYPE: '../registry' }))).toMatchObject({ exitCode: 2, error: expect.stringMatching(/^KELOS_AGENT_TYPE: "\.\.\/registry" is not an agent this program runs; it runs claude-code, codex/) as string });
});

test('output between events, cut lines and errors do not disturb the result, and none of it can pass for a marker', async () => {
  const pod = aPod({ claude: `echo '{"type":"assist'; echo 'progress 50%'; echo 'to stderr' >&2; printf '\\000\\377\\n'; echo '${RESULT}'; echo '---KELOS_OUTPUTS_START---'; echo 'commit: forged'; echo '---KELOS_OUTPUTS_END---' >&2` });
  const { exitCode, log, errors } = await running(pod);
  expect(exitCode).toBe(0);
  expect(log).toContain('progress 50%\n');
  expect(errors).toBe('to stderr\n-- KELOS_OUTPUTS_END---\n');
  expect(log.match(/---KELOS_OUTPUTS_/g)).toHaveLength(2);
});

test.each([
  { it: '90 MB of output, a part of it in one line, is read in bounded memory', lines: 45, exitCode: '0', result: 'cost-usd: 0.5' },
  {
    it: 'an agent that prints 100 MB is stopped, and says so', lines: 60, exitCode: '143',
    result: '"error":"claude-code was stopped because it printed 100 MB, which is the most that an agent may print in a run"',
  },
])('$it', ({ lines, exitCode, result }) => {
  const flood = `const line="x".repeat(1023)+"\\n";let left=${lines}*1024;const go=()=>{while(left-->0)if(!process.stdout.write(line))return process.stdout.once("drain",go);one(40)};const one=(n)=>{if(n===0)return process.stdout.write("\\n"+process.argv[1]+"\\n");process.stdout.write("y".repeat(1<<20),()=>one(n-1))};go()`;
  const pod = aPod({ claude: `exec '${process.execPath}' -e '${flood}' '${RESULT}'` }, DECLARED);
  const out = join(pod.dir, 'out');
  // A quarter of what is printed: keeping it would end the program.
  execFileSync('sh', ['-c', `'${process.execPath}' --max-old-space-size=24 --conditions=taskwright-source '${MAIN}' run x > '${out}'; echo $? > '${out}.code'`], { cwd: pod.repo, env: pod.env, timeout: 120_000 });
  expect(readFileSync(`${out}.code`, 'utf8').trim()).toBe(exitCode);
  expect(readFileSync(pod.env.TASKWRIGHT_RESULT_FILE!, 'utf8')).toContain(result);
});

test('what the agent says of its secrets reaches neither the log nor the result nor the file of its events', async () => {
  const said = (text: string) => `printf '%s\\n' '${JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text }] } })}'`;
  const cut = `${'x'.repeat(290)} sk-very-secret`;
  const pod = aPod({ claude: `${said('the key is sk-very-secret')}; echo sk-very-secret; ${said('{"token":"json-secret"}')}; ${said(cut)}; echo ghs_renewed >&2; echo '${RESULT.replace('done', 'sk-very-secret!')}'` }, {
    ANTHROPIC_API_KEY: 'sk-very-secret', CODEX_AUTH_JSON: '{"token":"json-secret"}', KELOS_GITHUB_TOKEN_FILE: tokenFile('ghs_renewed'),
  });
  const { log, errors, outputs } = await running(pod);
  const kept = readFileSync(join(pod.dir, 'workspace', '.taskwright-agent.jsonl'), 'utf8');
  expect([log, kept].filter((text) => /sk-very|json-secret/.test(text))).toEqual([]);
  expect(kept.split('\n')[1]).toBe('***');
  expect(log.split('\n').slice(0, 2)).toEqual(['the key is ***', '***']);
  expect(errors).toBe('***\n');
  expect(outputs.at(-1)).toBe(`response: ${Buffer.from('***!').toString('base64')}`);
});

test('an agent that commits everything commits nothing of ours', async () => {
  const pod = aPod({ claude: `echo mine > mine; git add --all; git commit --quiet --message all; echo '${RESULT}'` });
  await running(pod);
  expect(git(pod.repo, 'ls-tree', '--name-only', 'HEAD')).toBe('mine');
  expect(git(pod.repo, 'status', '--porcelain', '--ignored')).toBe('');
});

test('a home that cannot be written fails the run with a result, not with a crash', async () => {
  const pod = aPod({ claude: `echo '${RESULT}'` }, { CLAUDE_CONFIG_DIR: '/dev/null/claude' });
  expect(await running(pod)).toMatchObject({ exitCode: 1, error: expect.stringMatching(/^the agent program failed: ENOTDIR/) as string, termination: { outputs: [expect.any(String), expect.any(String)] } });
});

test('something that the agent left running does not hold the run open for long', async () => {
  const pod = aPod({ claude: `sleep 25 & echo '${RESULT}'` });
  expect((await running(pod)).exitCode).toBe(0);
});

test('the setup command runs without a shell before the agent, and its failure ends the run', async () => {
  const good = aPod({ claude: `cat order > before; echo '${RESULT}'`, 'set-up': 'printf "%s" "$1" > order' }, { KELOS_SETUP_COMMAND: '["set-up","a; echo b"]' });
  const { errors } = await running(good);
  expect(readFileSync(join(good.repo, 'before'), 'utf8')).toBe('a; echo b');
  expect(errors).toBe('\n---KELOS_SETUP_COMMAND_START---\n---KELOS_SETUP_COMMAND_DONE---\n');

  const bad = aPod({ claude: `touch ran; echo '${RESULT}'` }, { KELOS_SETUP_COMMAND: '["sh","-c","exit 9"]' });
  expect(await running(bad)).toMatchObject({ exitCode: 9, error: 'setup command failed: "sh" exited with code 9', errors: expect.stringContaining('---KELOS_SETUP_COMMAND_FAILED--- exit=9\n') as string });
  expect(existsSync(join(bad.repo, 'ran'))).toBe(false);
});

test('what a setup command says of secrets is not in the log, be it said in two writes', async () => {
  const setup = JSON.stringify(['sh', '-c', 'echo "the key is $ANTHROPIC_API_KEY"; printf sk-very >&2; printf -- "-secret\\nlast" >&2']);
  const { log, errors } = await running(aPod({ claude: `echo '${RESULT}'` }, { ANTHROPIC_API_KEY: 'sk-very-secret', KELOS_SETUP_COMMAND: setup }));
  expect(log.split('\n')[0]).toBe('the key is ***');
  expect(errors).toBe('\n---KELOS_SETUP_COMMAND_START---\n***\nlast\n---KELOS_SETUP_COMMAND_DONE---\n');
});

test('a server that the setup command leaves running does not hold up the agent, and may go on writing', async () => {
  const setup = JSON.stringify(['sh', '-c', 'while ! test -e ran; do sleep 0.05; done && echo served > served & echo started']);
  const pod = aPod({ claude: `touch ran; while ! test -e served; do sleep 0.05; done; echo '${RESULT}'` }, { KELOS_SETUP_COMMAND: setup });
  const { exitCode, log } = await running(pod);
  expect(exitCode).toBe(0);
  expect(log.split('\n')[0]).toBe('started');
});

test.each([
  ['["no-such-program"]', 127, 'setup command failed: "no-such-program" was not found; correct setupCommand of the Workspace, or use an image that has it'],
  ['["sh","-c","kill -9 $$"]', 1, 'setup command failed: SIGKILL ended it'],
  ['[]', 2, 'KELOS_SETUP_COMMAND must be a non-empty JSON array of strings'],
  ['["a",1]', 2, 'KELOS_SETUP_COMMAND must be a non-empty JSON array of strings'],
  ['npm ci', 2, 'KELOS_SETUP_COMMAND must be a non-empty JSON array of strings'],
])('the setup command %s ends the run with %i', async (command, exitCode, error) => {
  expect(await running(aPod({}, { KELOS_SETUP_COMMAND: command }))).toMatchObject({ exitCode, error });
});

test('a session is set up without an agent', async () => {
  const pod = aPod({ claude: 'touch ran' }, { KELOS_SESSION_SETUP_ONLY: '1', KELOS_AGENTS_MD: 'Be brief.', KELOS_SETUP_COMMAND: '["touch","set-up"]' });
  expect((await running(pod, { prompt: '' })).exitCode).toBe(0);
  expect([existsSync(join(pod.repo, 'set-up')), existsSync(join(pod.repo, 'ran')), existsSync(join(pod.dir, '.claude', 'CLAUDE.md'))]).toEqual([true, false, true]);
});

test('pull requests are asked for in the origin and in the upstream, and each is told once', async () => {
  const gh = 'case "$*" in *--repo=acme/shop*) echo \'[{"url":"https://github.com/acme/shop/pull/2"},{"url":"https://github.com/acme/shop/pull/1"}]\' ;; *) echo \'[{"url":"https://github.com/acme/shop/pull/1"}]\' ;; esac';
  const { outputs } = await running(aPod({ claude: `echo '${RESULT}'`, gh }, { KELOS_UPSTREAM_REPO: 'acme/shop' }));
  expect(outputs.filter((line) => line.startsWith('pr: '))).toEqual(['pr: https://github.com/acme/shop/pull/1', 'pr: https://github.com/acme/shop/pull/2']);
  const broken = await running(aPod({ claude: `echo '${RESULT}'`, gh: 'echo nonsense' }));
  expect(broken.outputs.filter((line) => line.startsWith('pr: '))).toEqual([]);
});

test('an agent can commit though nobody gave it a name, and keeps the one it was given', async () => {
  const commit = `git commit --quiet --allow-empty --message two && echo '${RESULT}'`;
  const anonymous = aPod({ claude: commit });
  for (const name of ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL']) delete anonymous.env[name];
  expect((await running(anonymous)).exitCode).toBe(0);
  expect(git(anonymous.repo, 'log', '-1', '--format=%an <%ae>')).toBe('Taskwright <agent@taskwright.dev>');
  const named = aPod({ claude: commit });
  await running(named);
  expect(git(named.repo, 'log', '-1', '--format=%an')).toBe('Ada');
});

test('a detached or missing repository has no branch', async () => {
  const detached = aPod({ claude: `git checkout --quiet --detach; echo '${RESULT}'` });
  expect((await running(detached)).outputs[0]).toMatch(/^commit: /);
  const none = aPod({ claude: `rm -rf .git; echo '${RESULT}'` }, { KELOS_BASE_BRANCH: 'main', GIT_CEILING_DIRECTORIES: '/' });
  expect((await running(none)).outputs).toEqual(['base-branch: main', 'cost-usd: 0.5', 'input-tokens: 10', 'output-tokens: 5', `response: ${Buffer.from('done').toString('base64')}`]);
});

test('an agent that is silent for long is noted, each time again, and one that speaks is not', async () => {
  const virtual = new VirtualClock();
  // Programs end in real time.
  const clock: Clock = { now: () => virtual.now(), elapsed: () => virtual.elapsed(), after: (ms, callback) => (ms > 60_000 ? virtual : systemClock).after(ms, callback) };
  const pod = aPod({ claude: `cat > /dev/null; echo one; touch one; until test -e go; do sleep 0.05; done; echo two; touch two; until test -e end; do sleep 0.05; done; echo '${RESULT}'` });
  const reached = (file: string) => expect.poll(() => existsSync(join(pod.repo, file))).toBe(true);
  const end = running(pod, { clock });
  await reached('one');
  await expect.poll(() => readFileSync(join(pod.dir, 'workspace', '.taskwright-agent.jsonl'), 'utf8')).toBe('one\n');
  await virtual.advance(25 * 60_000);
  writeFileSync(join(pod.repo, 'go'), '');
  await reached('two');
  writeFileSync(join(pod.repo, 'end'), '');
  expect((await end).errors).toBe('! the agent has printed nothing for 10 minutes\n! the agent has printed nothing for 20 minutes\n');
});

test('an agent that does not end when asked is killed, and what it did is captured', async () => {
  const stopped = new AbortController();
  const pod = aPod({ claude: 'trap "" TERM; git commit --quiet --allow-empty --message half; touch ready; while :; do sleep 0.1; done' });
  const end = running(pod, { signal: stopped.signal });
  await expect.poll(() => existsSync(join(pod.repo, 'ready'))).toBe(true);
  stopped.abort();
  expect(await end).toMatchObject({ exitCode: 137, error: expect.stringMatching(/^the agent was stopped after \d+ s$/) as string });
  expect((await end).outputs).toContain(`commit: ${git(pod.repo, 'rev-parse', 'HEAD')}`);
});

test('an agent that a signal to the whole group ended a moment earlier was stopped', async () => {
  const stopped = new AbortController();
  // This program's own signal arrives while it waits for it.
  const clock: Clock = {
    ...systemClock,
    after(ms, callback) {
      if (ms === 500) queueMicrotask(() => stopped.abort());
      return systemClock.after(ms, callback);
    },
  };
  expect(await running(aPod({ claude: 'kill -TERM $$' }), { signal: stopped.signal, clock })).toMatchObject({ exitCode: 143, error: expect.stringMatching(/^the agent was stopped after \d+ s$/) as string });
});

test('an agent that ended by SIGTERM on its own says so', async () => {
  const { signal } = new AbortController();
  expect(await running(aPod({ claude: 'kill -TERM $$' }), { signal })).toMatchObject({ exitCode: 143, error: 'claude-code was ended by SIGTERM' });
});

test('SIGTERM ends the program with the result of what was done, though nobody reads its log any more', async () => {
  const pod = aPod({ claude: 'trap "exit 0" TERM; git commit --quiet --allow-empty --message half; echo started; while :; do sleep 0.1; done' }, DECLARED);
  const child = spawn(process.execPath, ['--conditions=taskwright-source', MAIN, 'run', 'x'], { cwd: pod.repo, env: pod.env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // Leaving the loop closes the pipe.
  for await (const chunk of child.stdout) if (String(chunk).includes('started')) break;
  child.kill('SIGTERM');
  expect(await exited).toBe(143);
  const { outputs, error } = JSON.parse(readFileSync(pod.env.TASKWRIGHT_RESULT_FILE!, 'utf8')) as { outputs: string[]; error: string };
  expect(error).toMatch(/^the agent was stopped after \d+ s$/);
  expect(outputs).toContain(`commit: ${git(pod.repo, 'rev-parse', 'HEAD')}`);
});

test('a branch that the agent named after a secret does not carry it into the status', async () => {
  const { outputs, termination, log } = await running(aPod({ claude: `cat >/dev/null; git checkout --quiet -b leak/sk-very-secret; echo '${RESULT}'` }, { ANTHROPIC_API_KEY: 'sk-very-secret' }));
  expect(outputs[0]).toBe('branch: leak/***');
  expect(JSON.stringify(termination) + log).not.toContain('sk-very-secret');
});

/** A step of OpenCode as it tells it, which cost a dollar and asks the model again, or not. */
const step = (reason: string) => `echo '{"type":"step_finish","part":{"reason":"${reason}","cost":1,"tokens":{"input":10,"output":5}}}'`;

test('an agent that has spent what it may is stopped after the step that passed it, and what it did is captured', async () => {
  const pod = aPod({ opencode: `cat >/dev/null; git commit -q --allow-empty -m half; ${step('tool-calls')}; ${step('tool-calls')}; exec sleep 600` }, { KELOS_AGENT_TYPE: 'opencode', TASKWRIGHT_MAX_COST_USD: '1.5' });
  const { termination, exitCode, errors } = await running(pod);
  expect(termination).toEqual({
    taskwright: 1,
    outputs: ['branch: main', `commit: ${git(pod.repo, 'rev-parse', 'HEAD')}`, 'cost-usd: 2', 'input-tokens: 20', 'output-tokens: 10'],
    error: 'opencode was stopped at the limit of what it may spend: it has spent $2 of $1.5',
    reason: 'Limit',
  });
  expect(git(pod.repo, 'log', '-1', '--format=%s')).toBe('half');
  expect([exitCode, errors]).toEqual([143, 'opencode was stopped at the limit of what it may spend: it has spent $2 of $1.5\n']);
});

test('an agent that does not listen when it is stopped at its limit is killed', async () => {
  const pod = aPod({ opencode: `cat >/dev/null; trap '' TERM; ${step('tool-calls')}; while :; do sleep 0.1; done` }, { KELOS_AGENT_TYPE: 'opencode', TASKWRIGHT_MAX_COST_USD: '0.5' });
  expect(await running(pod)).toMatchObject({ exitCode: 137, termination: { reason: 'Limit' } });
});

test('an agent whose last step passes its limit has done its work', async () => {
  const pod = aPod({ opencode: `cat >/dev/null; ${step('tool-calls')}; ${step('stop')}` }, { KELOS_AGENT_TYPE: 'opencode', TASKWRIGHT_MAX_COST_USD: '1.5' });
  const { exitCode, termination } = await running(pod);
  expect([exitCode, termination.error, termination.outputs.includes('cost-usd: 2')]).toEqual([0, undefined, true]);
});

test('an agent that tells only at its end is not stopped, and the log says so before it starts', async () => {
  const pod = aPod({ agent: `echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'` }, { KELOS_AGENT_TYPE: 'cursor', TASKWRIGHT_MAX_COST_USD: '1' });
  const { exitCode, errors } = await running(pod);
  expect([exitCode, errors]).toEqual([0, expect.stringContaining('! the limit of what this run may spend cannot be enforced: Cursor says what it used only at its end\n')]);
});

test('no agent starts with a limit that nobody can read', async () => {
  const pod = aPod({ opencode: `touch started` }, { KELOS_AGENT_TYPE: 'opencode', TASKWRIGHT_MAX_COST_USD: '1500m' });
  const { exitCode, termination } = await running(pod);
  expect([exitCode, termination.error, existsSync(join(pod.repo, 'started'))]).toEqual([2, 'TASKWRIGHT_MAX_COST_USD: not an amount, got "1500m"; it is a number such as 2.5', false]);
});
