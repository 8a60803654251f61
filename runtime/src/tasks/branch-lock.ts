import { createHash } from 'node:crypto';
import type { Task, Workspace } from '@taskwright/schema';
import type { KubeObject } from '../kube/object.ts';
import { parseRepository } from '../workspaces/repository.ts';
import { ADMITTED } from './admission.ts';

/** On the Job and the Pods of a Task with a branch: which one, in which repository. */
export const BRANCH_LABEL = 'taskwright.dev/branch';

/**
 * Names what one agent at a time may push to: a branch of a repository, however its URL is written and however many Workspaces name it.
 * Without a Workspace there is no repository to tell apart, as in the reference. Nothing: the Task names no branch.
 */
export function branchLockOf({ spec }: Task, workspace: Workspace | undefined): string | undefined {
  if (!spec.branch) return undefined;
  return createHash('sha1').update(`${repositoryOf(workspace)}\n${spec.branch}`).digest('hex').slice(0, 20);
}

/** The lock that the agent of this Job or Pod works under. */
export function heldLockOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[BRANCH_LABEL];
}

/**
 * Nothing but its branch keeps this Task from starting, as far as anyone knows: either that is what it waits for, or nobody has looked at it
 * yet. One that waits for something else keeps nobody from the branch, or two could wait for each other.
 */
export function wantsBranch({ status }: Task): boolean {
  if (!status?.phase) return true;
  const reason = status.conditions?.find(({ type }) => type === ADMITTED)?.reason;
  return status.phase === 'Waiting' && IN_LINE.has(reason ?? '');
}

/** What a Task waits for that is its turn, or will be in seconds. */
const IN_LINE: ReadonlySet<string> = new Set(['BranchLocked', 'GitHubTokenPending']);

function repositoryOf(workspace: Workspace | undefined): string {
  const url = workspace?.spec?.repo ?? '';
  const repository = parseRepository(url);
  return repository ? [repository.host || 'github.com', repository.owner, repository.name].join('/').toLowerCase() : url;
}
