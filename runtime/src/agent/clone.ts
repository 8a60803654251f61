import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';

/** Exactly 40 hexadecimal digits. Anything shorter is the name of a branch or tag. */
const FULL_SHA = /^[0-9a-f]{40}$/i;

export interface CloneInput {
  readonly repo: string;
  readonly ref?: string;
  /** Must not exist, or be empty. */
  readonly repoDir: string;
}

/**
 * Clones with a depth of one: a branch or tag by `clone`, a commit by fetching it alone (detached).
 *
 * With a token, later git commands in the clone find it, for this host, by the helper that is left in its configuration; the token itself is not.
 */
export async function clone(git: Git, { repo, ref, repoDir }: CloneInput): Promise<void> {
  const clear = () => rm(repoDir, { recursive: true, force: true });
  if (ref !== undefined && FULL_SHA.test(ref)) {
    await git.local('clone', ['init', '--quiet', '--', repoDir]);
    await git.local('clone', ['remote', 'add', '--', 'origin', repo], repoDir);
    await git.remote('clone', ['fetch', '--quiet', '--depth', '1', 'origin', ref], { cwd: repoDir });
    // With the remote's credentials: files of LFS are fetched when they are checked out.
    await git.remote('clone', ['checkout', '--quiet', '--detach', 'FETCH_HEAD'], { cwd: repoDir });
  } else {
    const branch = ref === undefined ? [] : [`--branch=${ref}`];
    await git.remote('clone', ['clone', '--quiet', ...branch, '--no-single-branch', '--depth', '1', '--', repo, repoDir], { beforeRetry: clear });
  }
  await keepCredentials(git, join(repoDir, '.git', 'config'));
}

/** Leaves in a configuration where the token is found, for later git commands. */
export async function keepCredentials(git: Git, config: string): Promise<void> {
  for (const [key, value] of git.credentials) await git.local('clone', ['config', '--file', config, '--add', key, value]);
}
