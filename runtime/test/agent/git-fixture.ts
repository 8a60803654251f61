import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type GitServer, type GitServerOptions, startGitServer } from '../../src/testing/git-server.ts';

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'taskwright-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What git runs with in tests: an identity, and no configuration of the machine. */
export function gitEnv(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH!, HOME: home, GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
}

/** Runs real git and returns what it printed. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env: gitEnv(cwd), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export interface ServedRepository {
  readonly server: GitServer;
  readonly url: string;
  /** The bare repository behind the URL. */
  readonly bare: string;
  /** Commits of `main`, the oldest first; the second one is tagged `v1`. */
  readonly commits: readonly string[];
}

/** Serves a repository with three commits on `main`, the tag `v1`, and the branch `feature` with one commit more. */
export async function servedRepository(options: Partial<GitServerOptions> = {}): Promise<ServedRepository> {
  const root = temporaryDirectory();
  const source = join(root, 'source');
  const bare = join(root, 'shop.git');
  const commits: string[] = [];
  mkdirSync(source);
  git(source, 'init', '--quiet', '--initial-branch=main');
  const commit = (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), content);
    }
    git(source, 'add', '--all');
    git(source, 'commit', '--quiet', '--message', `change ${Object.keys(files).join(', ')}`);
    return git(source, 'rev-parse', 'HEAD');
  };
  commits.push(commit({ 'README.md': '# shop\n' }));
  commits.push(commit({ 'src/cart.ts': 'export const cart = [];\n' }));
  git(source, 'tag', 'v1');
  commits.push(commit({ 'README.md': '# shop\n\nA shop.\n' }));
  git(source, 'checkout', '--quiet', '-b', 'feature');
  commit({ 'src/feature.ts': 'export const feature = true;\n' });
  git(source, 'checkout', '--quiet', 'main');
  git(root, 'clone', '--quiet', '--bare', source, bare);
  git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true');

  const server = await startGitServer({ root, ...options });
  onTestFinished(() => server.close());
  return { server, url: `${server.url}/shop.git`, bare, commits };
}
