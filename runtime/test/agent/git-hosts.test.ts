import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/kube/clock.ts';
import { runCommand } from '../../src/agent/command.ts';
import { Git } from '../../src/agent/git.ts';
import { prepare } from '../../src/agent/prepare.ts';
import { StepError } from '../../src/agent/step-error.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { startGitServer } from '../../src/testing/git-server.ts';
import { git, gitEnv, servedRepository, temporaryDirectory } from './git-fixture.ts';

const token = 'glpat-0123456789';

/** Prepares a workspace and answers the path of its clone. */
async function prepared(workspace: object, env: Record<string, string> = {}, dir = temporaryDirectory()): Promise<string> {
  await prepare({
    clock: systemClock,
    log: () => {},
    env: { ...gitEnv(dir), TASKWRIGHT_WORKSPACE: JSON.stringify(workspace), TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'), KELOS_PLUGIN_DIR: join(dir, 'plugin'), TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'none'), ...env },
  });
  return join(dir, 'workspace', 'repo');
}

/** Git as an agent runs it later. Not awaited, it would wait for a server that is in this process. */
async function remoteGit(cwd: string, env: Record<string, string>, verb: 'push' | 'fetch'): Promise<void> {
  const { code, stderr } = await runCommand('git', [verb, '--quiet'], { cwd, env: { ...gitEnv(cwd), ...env }, clock: systemClock, timeoutMs: 120_000 });
  expect(code, stderr).toBe(0);
}

const settingsOf = (repo: string, env: Record<string, string> = {}) => new Git({ repo, env: { GITHUB_TOKEN: token, ...env }, clock: systemClock, redact: (text) => text }).credentials;

test.each([
  { repo: 'https://github.com/acme/shop', username: 'x-access-token' },
  { repo: 'https://gitlab.com/acme/tools/shop', username: 'oauth2' },
  { repo: 'https://bitbucket.org/acme/shop', username: 'x-token-auth' },
  { repo: 'https://gitea.acme.internal/acme/shop', username: 'x-access-token' },
])('$repo is given a token with the name $username', ({ repo, username }) => {
  expect(settingsOf(repo)).toContainEqual([`credential.${new URL(repo).origin}.username`, username]);
});

test('a name that the Secret has goes before that of the host', async () => {
  expect(settingsOf('https://bitbucket.org/acme/shop', { TASKWRIGHT_GIT_USERNAME: 'ada' })).toContainEqual(['credential.https://bitbucket.org.username', 'ada']);
  const { url } = await servedRepository({ auth: { username: 'ada', password: token } });
  const repo = await prepared({ repo: url, branch: 'fix' }, { GITHUB_TOKEN: token, TASKWRIGHT_GIT_USERNAME: 'ada' });
  expect(git(repo, 'branch', '--show-current')).toBe('fix');
});

test('a host with TLS and a password is cloned from, and pushed to', async () => {
  const tls = selfSignedCertificate('git', ['127.0.0.1']);
  const { url, bare, commits } = await servedRepository({ tls, auth: { username: 'x-access-token', password: token } });
  expect(url).toMatch(/^https:/);
  const dir = temporaryDirectory();
  writeFileSync(join(dir, 'ca.pem'), tls.cert);
  const env = { GIT_SSL_CAINFO: join(dir, 'ca.pem'), GITHUB_TOKEN: token };
  const repo = await prepared({ repo: url, branch: 'fix' }, env, dir);
  expect(git(repo, 'rev-parse', 'HEAD')).toBe(commits[2]);
  await remoteGit(repo, env, 'push');
  expect(git(bare, 'rev-parse', 'fix')).toBe(commits[2]);
  await expect(prepared({ repo: url }, { GITHUB_TOKEN: token })).rejects.toThrow(/certificate/);
});

test.each([
  { repo: 'git@git.example.com:acme/shop.git', env: {}, used: 'https://git.example.com/acme/shop.git' },
  { repo: 'git@git.example.com:acme/shop.git', env: { GIT_SSH_COMMAND: 'ssh -i key' }, used: 'git@git.example.com:acme/shop.git' },
  { repo: 'https://git.example.com/acme/shop.git', env: {}, used: 'https://git.example.com/acme/shop.git' },
])('with a token and $env, $repo is reached as $used', ({ repo, env, used }) => {
  const options = settingsOf(repo, env as Record<string, string>).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  expect(git(temporaryDirectory(), ...options, 'ls-remote', '--get-url', repo)).toBe(used);
  expect(git(temporaryDirectory(), ...options, 'ls-remote', '--get-url', 'git@other.example.com:a/b')).toBe('git@other.example.com:a/b');
});

const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));

test('a repository is cloned and pushed to by SSH, from the host whose key is known and no other', async (context) => {
  if (!sshd || spawnSync('ssh-keygen', ['-?']).error) return context.skip('there is no sshd on this machine: install openssh-server');
  const { bare, commits } = await servedRepository();
  const dir = temporaryDirectory();
  const key = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)]);
    return readFileSync(join(dir, `${name}.pub`), 'utf8');
  };
  const [hostKey, clientKey, otherKey] = [key('host'), key('client'), key('other')];
  writeFileSync(join(dir, 'authorized'), clientKey);
  writeFileSync(join(dir, 'sshd_config'), `HostKey ${join(dir, 'host')}\nAuthorizedKeysFile ${join(dir, 'authorized')}\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n`);
  writeFileSync(join(dir, 'known'), `git.example.com ${hostKey}`);
  writeFileSync(join(dir, 'wrong'), `git.example.com ${otherKey}`);
  // Debian's sshd wants it, when root starts it.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const ssh = (known: string) => `ssh -F none -i ${join(dir, 'client')} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${join(dir, known)} -o ProxyCommand='${sshd} -i -e -f ${join(dir, 'sshd_config')}'`;
  const repo = `${userInfo().username}@git.example.com:${bare}`;

  const clone = await prepared({ repo, branch: 'fix' }, { GIT_SSH_COMMAND: ssh('known') }, dir);
  expect(git(clone, 'rev-parse', 'HEAD')).toBe(commits[2]);
  await remoteGit(clone, { GIT_SSH_COMMAND: ssh('known') }, 'push');
  expect(git(bare, 'rev-parse', 'fix')).toBe(commits[2]);
  await expect(prepared({ repo }, { GIT_SSH_COMMAND: ssh('wrong') })).rejects.toThrow(StepError);
});

test('submodules are cloned with the token of their host, and fetch with it later', async () => {
  const { server, url, bare, commits } = await servedRepository({ auth: { username: 'x-access-token', password: token } });
  const root = join(bare, '..');
  const outer = join(root, 'outer');
  mkdirSync(outer);
  git(outer, 'init', '--quiet', '--initial-branch=main');
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', bare, 'vendor/shop');
  writeFileSync(join(outer, '.gitmodules'), `[submodule "shop"]\n\tpath = vendor/shop\n\turl = ../shop.git\n`);
  git(outer, 'add', '--all');
  git(outer, 'commit', '--quiet', '--message', 'with a submodule');
  git(root, 'clone', '--quiet', '--bare', outer, join(root, 'outer.git'));

  const repo = await prepared({ repo: `${server.url}/outer.git`, submodules: true }, { GITHUB_TOKEN: token });
  expect(git(join(repo, 'vendor/shop'), 'rev-list', 'HEAD')).toBe(commits[2]);
  expect(git(join(repo, 'vendor/shop'), 'config', 'remote.origin.url')).toBe(url);
  await remoteGit(join(repo, 'vendor/shop'), { GITHUB_TOKEN: token }, 'fetch');
  const without = await prepared({ repo: `${server.url}/outer.git` }, { GITHUB_TOKEN: token });
  expect(existsSync(join(without, 'vendor/shop/README.md'))).toBe(false);
});

test('a submodule that is a directory of this machine is refused', async () => {
  const { server, bare } = await servedRepository();
  const root = join(bare, '..');
  const outer = join(root, 'outer');
  mkdirSync(outer);
  git(outer, 'init', '--quiet', '--initial-branch=main');
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', bare, 'shop');
  git(outer, 'commit', '--quiet', '--message', 'with a submodule');
  git(root, 'clone', '--quiet', '--bare', outer, join(root, 'outer.git'));
  await expect(prepared({ repo: `${server.url}/outer.git`, submodules: true })).rejects.toThrow(/^submodules failed: /);
});

test('files of LFS are there, of a branch and of a commit, from a host that wants the token', async (context) => {
  if (spawnSync('git', ['lfs', 'version']).status !== 0) return context.skip('there is no git-lfs on this machine: install git-lfs');
  const content = Buffer.from('a large file\n');
  const oid = createHash('sha256').update(content).digest('hex');
  const root = temporaryDirectory();
  const source = join(root, 'source');
  mkdirSync(source);
  git(source, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(source, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  writeFileSync(join(source, 'model.bin'), `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`);
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', 'with a large file');
  const commit = git(source, 'rev-parse', 'HEAD');
  git(root, 'clone', '--quiet', '--bare', source, join(root, 'shop.git'));
  git(join(root, 'shop.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  const server = await startGitServer({ root, lfs: new Map([[oid, content]]), auth: { username: 'x-access-token', password: token } });
  onTestFinished(() => server.close());

  for (const ref of ['main', commit]) {
    const dir = temporaryDirectory();
    execFileSync('git', ['lfs', 'install', '--skip-repo'], { env: gitEnv(dir), cwd: dir, stdio: 'pipe' });
    const repo = await prepared({ repo: `${server.url}/shop.git`, ref, branch: 'fix' }, { GITHUB_TOKEN: token }, dir);
    expect(readFileSync(join(repo, 'model.bin'))).toEqual(content);
    rmSync(repo, { recursive: true });
  }
});
