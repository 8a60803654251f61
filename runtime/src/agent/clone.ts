import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';

/** Exactly 40 hexadecimal digits. Anything shorter is the name of a branch or tag. */
const FULL_SHA = /^[0-9a-f]{40}$/i;

export interface CloneInput {
  readonly repo: string;
  readonly ref?: string;
  /** Must not exist, or be empty. */
  readonly repoDir: string;
  /** A bare repository on this machine that has most of the objects. They are copied: the clone does not need it afterwards. */
  readonly mirror?: string;
}

/**
 * Clones with a depth of one: a branch or tag by `clone`, a commit by fetching it alone (detached).
 *
 * With a token, later git commands in the clone find it, for this host, by the helper that is left in its configuration; the token itself is not.
 */
export async function clone(git: Git, { repo, ref, repoDir, mirror }: CloneInput): Promise<void> {
  const clear = () => rm(repoDir, { recursive: true, force: true });
  if (ref !== undefined && FULL_SHA.test(ref)) {
    await git.local('clone', ['init', '--quiet', '--', repoDir]);
    await git.local('clone', ['remote', 'add', '--', 'origin', repo], repoDir);
    const borrow = mirror && join(repoDir, '.git', 'objects', 'info', 'alternates');
    if (borrow) await writeFile(borrow, `${join(mirror, 'objects')}\n`);
    await git.remote('clone', ['fetch', '--quiet', '--depth', '1', 'origin', ref], { cwd: repoDir });
    // With the remote's credentials: files of LFS are fetched when they are checked out.
    await git.remote('clone', ['checkout', '--quiet', '--detach', 'FETCH_HEAD'], { cwd: repoDir });
    if (borrow) await giveBack(git, repoDir, borrow);
  } else {
    const branch = ref === undefined ? [] : [`--branch=${ref}`];
    const borrowing = mirror === undefined ? [] : ['--reference-if-able', mirror, '--dissociate'];
    await git.remote('clone', ['clone', '--quiet', ...borrowing, ...branch, '--no-single-branch', '--depth', '1', '--', repo, repoDir], { beforeRetry: clear });
  }
  await keepCredentials(git, join(repoDir, '.git', 'config'));
}

/** As `--dissociate` does: what the clone needs of the borrowed objects is copied. That is what HEAD leads to; FETCH_HEAD alone would not count. */
async function giveBack(git: Git, repoDir: string, alternates: string): Promise<void> {
  await git.housekeeping('clone', ['repack', '-a', '-d', '--quiet'], repoDir);
  await rm(alternates);
}

/** Leaves in a configuration where the token is found, for later git commands. */
export async function keepCredentials(git: Git, config: string): Promise<void> {
  for (const [key, value] of git.credentials) await git.local('clone', ['config', '--file', config, '--add', key, value]);
}
