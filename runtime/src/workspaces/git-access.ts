import { isGitHubApp } from './github-app.ts';

/** What the Secret of a Workspace is good for; it may hold a token for HTTPS and a key for SSH. */
export interface GitAccess {
  /** Where a token is. Not that of a GitHub App: it comes from elsewhere. */
  readonly tokenKey?: 'GITHUB_TOKEN' | 'password';
  /** Whether it says which name goes with the token. */
  readonly hasUsername: boolean;
  readonly hasSshKey: boolean;
}

/** As in Secrets of the type `kubernetes.io/ssh-auth`, and the lines of hosts that ssh knows. */
export const SSH_KEY = 'ssh-privatekey';
export const KNOWN_HOSTS = 'known_hosts';
/** As in Secrets of the type `kubernetes.io/basic-auth`. */
export const USERNAME = 'username';

const ENOUGH = 'the key GITHUB_TOKEN; or appID, installationID and privateKey of a GitHub App; or username and password; or ssh-privatekey and known_hosts';

export function gitAccessOf(data: Readonly<Record<string, string>>): GitAccess {
  const hasSshKey = SSH_KEY in data && KNOWN_HOSTS in data;
  const common = { hasUsername: USERNAME in data, hasSshKey };
  if (isGitHubApp(data)) return { hasUsername: false, hasSshKey };
  if ('GITHUB_TOKEN' in data) return { ...common, tokenKey: 'GITHUB_TOKEN' };
  return 'password' in data && USERNAME in data ? { ...common, tokenKey: 'password' } : common;
}

/** What a Secret lacks to be of any use, for "Waiting for Secret … to have". */
export function missingForGit(data: Readonly<Record<string, string>>): string | undefined {
  if (SSH_KEY in data && !(KNOWN_HOSTS in data)) return `the key ${KNOWN_HOSTS} beside ${SSH_KEY}: the public keys of the git host, which its documentation names`;
  const { tokenKey, hasSshKey } = gitAccessOf(data);
  return tokenKey || hasSshKey || isGitHubApp(data) ? undefined : ENOUGH;
}
