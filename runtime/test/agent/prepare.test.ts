import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { Git } from '../../src/agent/git.ts';
import { prepare } from '../../src/agent/prepare.ts';
import { StepError } from '../../src/agent/step-error.ts';
import { git, gitEnv, servedRepository, temporaryDirectory } from './git-fixture.ts';

/** Real time for processes, none for the waits between attempts. */
const impatient: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms <= 15_000 ? 0 : ms, callback) };

interface Prepared {
  readonly dir: string;
  readonly repo: string;
  readonly pluginDir: string;
  readonly log: string[];
}

async function prepared(workspace: object, env: Record<string, string> = {}, dir = temporaryDirectory(), signal?: AbortSignal): Promise<Prepared> {
  const log: string[] = [];
  const pluginDir = join(dir, 'plugin');
  await prepare({
    clock: impatient,
    signal,
    log: (line) => log.push(line),
    env: {
      ...gitEnv(dir), TASKWRIGHT_WORKSPACE: JSON.stringify(workspace), TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'),
      KELOS_PLUGIN_DIR: pluginDir, TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'plugin-src'), ...env,
    },
  });
  return { dir, repo: join(dir, 'workspace', 'repo'), pluginDir, log };
}

const failureOf = async (workspace: object, env?: Record<string, string>): Promise<StepError> => {
  const error = await prepared(workspace, env).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(StepError);
  return error as StepError;
};

test('a clone has one commit of the default branch and knows the other branches', async () => {
  const { url, commits } = await servedRepository();
  const { repo } = await prepared({ repo: url });
  expect(git(repo, 'rev-list', 'HEAD')).toBe(commits[2]);
  expect(git(repo, 'branch', '--show-current')).toBe('main');
  expect(git(repo, 'branch', '--remotes', '--list', 'origin/feature')).toBe('origin/feature');
});

test('a ref is a branch, a tag or a commit', async () => {
  const { url, commits } = await servedRepository();
  expect(git((await prepared({ repo: url, ref: 'feature' })).repo, 'branch', '--show-current')).toBe('feature');
  expect(git((await prepared({ repo: url, ref: 'v1' })).repo, 'rev-parse', 'HEAD')).toBe(commits[1]);
  const { repo } = await prepared({ repo: url, ref: commits[0]!.toUpperCase() });
  expect(git(repo, 'rev-parse', 'HEAD')).toBe(commits[0]);
  expect(git(repo, 'branch', '--show-current')).toBe('');
});

test('a branch that the remote has is continued, one that it lacks is begun', async () => {
  const { url, commits } = await servedRepository();
  const there = await prepared({ repo: url, ref: commits[0], branch: 'feature' });
  expect(git(there.repo, 'log', '--format=%s', '-1')).toBe('change src/feature.ts');
  expect(git(there.repo, 'branch', '--show-current')).toBe('feature');
  const cloned = await prepared({ repo: url, ref: 'feature', branch: 'feature' });
  expect(git(cloned.repo, 'log', '--format=%s', '-1')).toBe('change src/feature.ts');
  const absent = await prepared({ repo: url, ref: 'v1', branch: 'bot/fix-7' });
  expect(git(absent.repo, 'branch', '--show-current')).toBe('bot/fix-7');
  expect(git(absent.repo, 'rev-parse', 'HEAD')).toBe(commits[1]);
});

test('a plain push goes to the branch of the same name', async () => {
  const { url, bare } = await servedRepository();
  const { repo } = await prepared({ repo: url, branch: 'bot/fix-7' });
  git(repo, 'commit', '--quiet', '--allow-empty', '--message', 'fix');
  // The server answers from this process, so the push goes straight to the files.
  git(repo, 'remote', 'set-url', 'origin', bare);
  git(repo, 'push', '--quiet');
  expect(git(bare, 'log', '--format=%s', '-1', 'bot/fix-7')).toBe('fix');
});

test('the token is read from its file, else from the environment, and is not left in the clone', async () => {
  const auth = { username: 'x-access-token', password: 'ghs_secret_token' };
  const { url } = await servedRepository({ auth });
  const tokenFile = join(temporaryDirectory(), 'GITHUB_TOKEN');
  writeFileSync(tokenFile, auth.password);
  const byFile = await prepared({ repo: url, branch: 'feature' }, { KELOS_GITHUB_TOKEN_FILE: tokenFile, GITHUB_TOKEN: 'stale' });
  const byEnv = await prepared({ repo: url, branch: 'feature' }, { KELOS_GITHUB_TOKEN_FILE: `${tokenFile}.missing`, GITHUB_TOKEN: auth.password });
  for (const { repo } of [byFile, byEnv]) {
    expect(readFileSync(join(repo, '.git', 'config'), 'utf8')).not.toContain(auth.password);
    expect(git(repo, 'config', '--get-urlmatch', 'credential.username', url)).toBe('x-access-token');
  }
});

test('the token is for the host of the repository: a host that the clone names in .lfsconfig or .gitmodules is not told it', async () => {
  const auth = { username: 'x-access-token', password: 'ghs_secret_token' };
  const { url } = await servedRepository({ auth });
  const env = { GITHUB_TOKEN: auth.password };
  const { repo } = await prepared({ repo: url }, env);
  const fill = (of: string) => {
    const { protocol, host } = new URL(of);
    const asked = spawnSync('git', ['credential', 'fill'], { cwd: repo, env: { ...gitEnv(repo), ...env, GIT_TERMINAL_PROMPT: '0' }, input: `protocol=${protocol.slice(0, -1)}\nhost=${host}\n\n`, encoding: 'utf8' });
    return asked.stdout.split('\n').filter((line) => /^(?:username|password)=/.test(line));
  };
  expect(fill(url)).toEqual(['username=x-access-token', 'password=ghs_secret_token']);
  expect(fill('https://attacker.example/')).toEqual([]);
  expect(fill('http://127.0.0.1:1/')).toEqual([]);
});

test.each([
  ['https://github.com/acme/shop.git', ['https://github.com']],
  ['https://bot@git.example.com:8443/acme/shop', ['https://git.example.com:8443']],
  ['http://git.example.com/acme/shop', ['http://git.example.com', 'https://git.example.com']],
  ['git@github.com:acme/shop.git', ['https://github.com']],
  ['ssh://git@git.example.com:2222/acme/shop', ['https://git.example.com']],
  ['../shop', []],
])('the token for %s goes to %j', (repo, origins) => {
  const { credentials } = new Git({ repo, env: { GITHUB_TOKEN: 'ghs_secret_token' }, clock: systemClock, redact: (text) => text });
  expect(credentials.map(([key]) => key).filter((key) => key.startsWith('credential.'))).toEqual(['credential.helper', ...origins.flatMap((origin) => [`credential.${origin}.helper`, `credential.${origin}.username`])]);
});

test('a wrong token, a wrong host and a missing repository say which, without the token', async () => {
  const { url, server } = await servedRepository({ auth: { username: 'x-access-token', password: 'ghs_right_token' } });
  const denied = await failureOf({ repo: url }, { GITHUB_TOKEN: 'ghs_wrong_token' });
  expect(denied.message).toMatch(/^clone failed: Authentication failed for /);
  expect(denied.exitCode).toBe(128);
  const inUrl = await failureOf({ repo: url.replace('://', '://bot:ghs_wrong_token@') });
  expect(inUrl.message).toMatch(/^clone failed: /);
  expect(inUrl.message).not.toContain('ghs_wrong_token');
  const missing = await failureOf({ repo: `${server.url}/nothing.git` }, { GITHUB_TOKEN: 'ghs_right_token' });
  expect(missing.message).toMatch(/^clone failed: repository '.*nothing\.git\/' not found$/);
  expect((await failureOf({ repo: url, ref: 'gone' }, { GITHUB_TOKEN: 'ghs_right_token' })).message).toBe('clone failed: Remote branch gone not found in upstream origin');
});

test('a host that is briefly away is asked again, one that stays away is not asked for ever', async () => {
  let failuresLeft = 2;
  const { url } = await servedRepository({ fault: () => (failuresLeft-- > 0 ? 503 : undefined) });
  const { log } = await prepared({ repo: url });
  expect(log.filter((line) => line.includes('trying again'))).toHaveLength(2);
  const down = await servedRepository({ fault: () => 503 });
  expect((await failureOf({ repo: down.url })).message).toMatch(/^clone failed: .*503/);
  expect(down.server.requests).toHaveLength(4);
});

test('a remote that fails when asked for the branch is not taken for one that lacks it', async () => {
  let asked = 0;
  const { url } = await servedRepository({ fault: ({ path }) => (path.endsWith('/info/refs') && ++asked > 1 ? 403 : undefined) });
  const failure = await failureOf({ repo: url, branch: 'feature' });
  expect(failure.message).toMatch(/^branch failed: .*403/);
  expect(failure.exitCode).toBe(128);
});

test('remotes are added, or get their new URL', async () => {
  const { url } = await servedRepository();
  const { repo } = await prepared({ repo: url, remotes: [{ name: 'upstream', url: 'https://example.com/a b\'c.git' }, { name: 'origin', url: 'https://example.com/fork.git' }] });
  expect(git(repo, 'remote', 'get-url', 'upstream')).toBe('https://example.com/a b\'c.git');
  expect(git(repo, 'remote', 'get-url', 'origin')).toBe('https://example.com/fork.git');
});

test.each([
  [{ branch: '--upload-pack=touch /tmp/owned' }, 'branch failed: "--upload-pack=touch /tmp/owned" is not a name that git allows for a branch'],
  [{ branch: 'a..b' }, 'branch failed: "a..b" is not a name that git allows for a branch'],
  [{ branch: '@{-1}' }, 'branch failed: "@{-1}" is not a name that git allows for a branch'],
  [{ ref: '--upload-pack=touch /tmp/owned' }, 'clone failed: Remote branch --upload-pack=touch /tmp/owned not found in upstream origin'],
  [{ repo: '--upload-pack=touch /tmp/owned' }, /^clone failed: /],
  [{ repo: 'ext::sh -c "touch /tmp/owned"' }, /^clone failed: transport 'ext' not allowed$/],
  [{ remotes: [{ name: '--mirror=push', url: 'x' }] }, 'remote "--mirror=push" failed: a name cannot begin with a dash'],
  [{ remotes: [{ name: 'a\nb', url: 'x' }] }, /^remote "a\\nb" failed: /],
])('%o cannot become an option or a command', async (input, message) => {
  const { url } = await servedRepository();
  expect((await failureOf({ repo: url, ...input })).message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  expect(existsSync('/tmp/owned')).toBe(false);
});

test('files are written over what is there', async () => {
  const { url } = await servedRepository();
  const { repo } = await prepared({ repo: url, files: [{ path: 'README.md', content: 'mine\n' }, { path: './docs/new/page.md', content: '"ünï"\n' }] });
  expect(readFileSync(join(repo, 'README.md'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(repo, 'docs/new/page.md'), 'utf8')).toBe('"ünï"\n');
});

test('a link in the repository does not lead a file out of it', async () => {
  const { bare } = await servedRepository();
  const outside = temporaryDirectory();
  const work = join(temporaryDirectory(), 'work');
  git(outside, 'clone', '--quiet', bare, work);
  symlinkSync(outside, join(work, 'docs'));
  symlinkSync(join(outside, 'target'), join(work, 'linked.md'));
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', '--message', 'links');
  expect((await failureOf({ repo: work, files: [{ path: 'docs/page.md', content: 'x' }] })).message).toBe('invalid workspace file path "docs/page.md": path escapes repository root');
  const { repo } = await prepared({ repo: work, files: [{ path: 'linked.md', content: 'x' }] });
  expect(lstatSync(join(repo, 'linked.md')).isFile()).toBe(true);
  expect(existsSync(join(outside, 'target'))).toBe(false);
});

test('plugins are copied through the links of a ConfigMap volume', async () => {
  const dir = temporaryDirectory();
  const source = join(dir, 'plugin-src');
  mkdirSync(join(source, '..2026', 'tools', 'skills', 'deploy'), { recursive: true });
  writeFileSync(join(source, '..2026', 'tools', 'skills', 'deploy', 'SKILL.md'), 'deploy');
  symlinkSync('..2026', join(source, '..data'));
  symlinkSync(join('..data', 'tools'), join(source, 'tools'));
  const { pluginDir } = await prepared({}, {}, dir);
  const skill = join(pluginDir, 'tools', 'skills', 'deploy', 'SKILL.md');
  expect(readFileSync(skill, 'utf8')).toBe('deploy');
  expect(lstatSync(join(pluginDir, 'tools')).isSymbolicLink()).toBe(false);
  expect(existsSync(join(pluginDir, '..data'))).toBe(false);
});

test('a second run in the same volume starts from nothing, but a directory of somebody else is kept', async () => {
  const { url } = await servedRepository();
  const { dir, repo } = await prepared({ repo: url });
  writeFileSync(join(repo, 'left-over'), '');
  await prepared({ repo: url }, {}, dir);
  expect(existsSync(join(repo, 'left-over'))).toBe(false);

  const foreign = temporaryDirectory();
  mkdirSync(join(foreign, 'workspace', 'repo'), { recursive: true });
  writeFileSync(join(foreign, 'workspace', 'repo', 'mine'), '');
  await expect(prepared({ repo: url }, {}, foreign)).rejects.toThrow(/^clone failed: destination path .* already exists/);
  expect(existsSync(join(foreign, 'workspace', 'repo', 'mine'))).toBe(true);
});

test('a preparation that is stopped ends at once, and says so', async () => {
  const stopped = new AbortController();
  const silent = createServer(() => stopped.abort());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close().closeAllConnections());
  const repo = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/shop.git`;
  await expect(prepared({ repo }, {}, temporaryDirectory(), stopped.signal)).rejects.toThrow('the preparation was stopped');
});

test('the input may come in a file, and what is wrong with it is said without its text', async () => {
  const { url } = await servedRepository();
  const file = join(temporaryDirectory(), 'workspace.json');
  writeFileSync(file, JSON.stringify({ repo: url, branch: 'feature' }));
  expect(git((await prepared({}, { TASKWRIGHT_WORKSPACE_FILE: file })).repo, 'branch', '--show-current')).toBe('feature');
  expect((await failureOf({}, { TASKWRIGHT_WORKSPACE: '{"repo":"https://bot:pw@' })).message)
    .toBe('TASKWRIGHT_WORKSPACE: 24 characters that are not JSON; it must be the object that the operator writes');
  expect((await failureOf({ remotes: [{ name: 'x' }] })).message).toMatch(/^TASKWRIGHT_WORKSPACE\.remotes\.0\.url: /);
});
