import { join } from 'node:path';
import { keepCredentials } from './clone.ts';
import type { Git } from './git.ts';

/** A repository names where its submodules are: on hosts, by protocols that leave this machine, and nowhere on it. */
const PROTOCOLS = ['-c', 'protocol.allow=never', ...['https', 'http', 'ssh', 'git'].flatMap((protocol) => ['-c', `protocol.${protocol}.allow=always`])];

/**
 * Clones the submodules, and theirs, each with a depth of one. The token is for those on the host of the repository; a private one on another host
 * fails the preparation.
 */
export async function updateSubmodules(git: Git, repoDir: string): Promise<void> {
  await git.remote('submodules', [...PROTOCOLS, 'submodule', 'update', '--init', '--recursive', '--depth', '1', '--jobs', '4', '--quiet'], { cwd: repoDir });
  const directories = await git.local('submodules', ['submodule', 'foreach', '--quiet', '--recursive', 'git rev-parse --absolute-git-dir'], repoDir);
  for (const directory of directories.split('\n').filter((line) => line !== '')) await keepCredentials(git, join(directory, 'config'));
}
