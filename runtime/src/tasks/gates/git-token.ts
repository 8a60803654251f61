import { isGitHubApp } from '../../workspaces/github-app.ts';
import type { TokenRequest } from '../../workspaces/installation-tokens.ts';
import { tokenScopeOf } from '../../workspaces/token-scope.ts';
import type { Gate } from '../gate.ts';
import type { TaskFacts } from '../task-facts.ts';

/** Holds a Task whose Workspace authenticates as a GitHub App until there is a token for it. */
export const gitTokenGate: Gate<TaskFacts> = (facts) => {
  const app = appSecretOf(facts);
  if (!app) return undefined;
  const { gitToken, workspace } = facts;
  const waiting = `Waiting for a token of the GitHub App in Secret "${app.name}"`;
  if (!tokenScopeOf(workspace!)) return { hold: 'GitHubTokenFailed', message: `${waiting}: spec.repo of Workspace "${workspace!.metadata.name}" names no owner and repository` };
  if (!gitToken || gitToken.is === 'pending') return { hold: 'GitHubTokenPending', message: waiting };
  if (gitToken.is === 'ready') return undefined;
  return {
    hold: 'GitHubTokenFailed',
    message: `${waiting}: ${gitToken.problem}`,
    event: `Failed to resolve GitHub token: Secret "${app.name}": ${gitToken.problem}`,
    retryAfterMs: gitToken.retryAfterMs,
  };
};

/** The token to ask for, if the Task needs one. */
export function tokenRequestOf(facts: Pick<TaskFacts, 'workspace' | 'read'>): TokenRequest | undefined {
  const app = appSecretOf(facts);
  const scope = app && tokenScopeOf(facts.workspace!);
  return scope && { ...scope, app: app.data };
}

/** The Secret of the Workspace, when it holds a GitHub App. */
export function appSecretOf({ workspace, read }: Pick<TaskFacts, 'workspace' | 'read'>): { name: string; data: Readonly<Record<string, string>> } | undefined {
  const name = workspace?.spec?.secretRef?.name;
  const data = name === undefined ? undefined : read('Secret', name);
  return name !== undefined && data && isGitHubApp(data) ? { name, data } : undefined;
}
