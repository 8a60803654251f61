import type { Git } from './git.ts';
import { StepError } from './step-error.ts';

/** What `git ls-remote --exit-code` says when nothing matches. Everything else is a failure of the network or the credentials. */
const NO_SUCH_REF = 2;

/**
 * Checks out the branch the agent works on: where the remote has it, at the remote's commit; else, a new one from what is checked out.
 *
 * A checkout is an exchange with the remote too, when files are in LFS. A remote that does not answer is never taken for one that lacks the branch: the agent would redo work that is there.
 */
export async function setUpBranch(git: Git, branch: string, repoDir: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const step = 'branch';
  const valid = await git.try(['check-ref-format', '--branch', branch], repoDir);
  if (valid.code !== 0 || branch.startsWith('-') || branch.startsWith('@{')) {
    throw new StepError(`branch failed: ${JSON.stringify(branch)} is not a name that git allows for a branch`, 128);
  }
  const asked = await git.remote(step, ['ls-remote', '--exit-code', '--heads', 'origin', ref], { cwd: repoDir, accepted: [0, NO_SUCH_REF] });
  const isLocal = (await git.try(['show-ref', '--verify', '--quiet', ref], repoDir)).code === 0;

  if (asked.code === NO_SUCH_REF) {
    await git.remote(step, isLocal ? ['checkout', '--quiet', branch, '--'] : ['checkout', '--quiet', '-b', branch], { cwd: repoDir });
  } else if (isLocal) {
    await git.remote(step, ['fetch', '--quiet', 'origin', ref], { cwd: repoDir });
    await git.remote(step, ['checkout', '--quiet', branch, '--'], { cwd: repoDir });
    await git.remote(step, ['merge', '--quiet', '--ff-only', 'FETCH_HEAD'], { cwd: repoDir });
  } else {
    // Shallow like the clone: without a common commit, git would fetch the whole history of the branch.
    await git.remote(step, ['fetch', '--quiet', '--depth', '1', 'origin', ref], { cwd: repoDir });
    await git.remote(step, ['checkout', '--quiet', '-b', branch, 'FETCH_HEAD'], { cwd: repoDir });
  }
  // So that a plain `git push` and `git pull` mean this branch, also before the remote has it.
  await git.local(step, ['config', '--local', `branch.${branch}.remote`, 'origin'], repoDir);
  await git.local(step, ['config', '--local', `branch.${branch}.merge`, ref], repoDir);
}
