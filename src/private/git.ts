import { type Problem, quote } from './problem';

/**
 * Checks a repository URL beyond its first characters, which the schema checks: it has a host and a path, and carries no
 * password, since it ends up in plain text in the cluster.
 */
export function checkRepositoryUrl(url: unknown, path: string): Problem[] {
  if (typeof url !== 'string' || url.includes('${Token[')) return [];
  const scp = /^git@([^:/\s]+):(\S+)$/.exec(url);
  if (scp) return [];
  const parsed = /^(https?|git):\/\/[^/\s]+\/[^\s]+$/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) {
    return [{ code: 'invalid-url', path, got: quote(url), allowed: 'it has to look like https://host/owner/repo.git, http://…, git://… or git@host:owner/repo.git' }];
  }
  if (parsed.password === '' && !ACCESS_TOKEN.test(parsed.username)) return [];
  return [{ code: 'url-credentials', path, got: quote(url), fix: 'take them out and pass credentials: GitCredentials.token(secret)' }];
}

/** How the tokens of GitHub and GitLab begin. They are accepted as a user name without a password. */
const ACCESS_TOKEN = /^(gh[a-z]_|github_pat_|glpat-)/;

/** Checks a branch as `git check-ref-format --branch` does. */
export function checkBranch(branch: unknown, path: string): Problem[] {
  if (typeof branch !== 'string' || branch.includes('${Token[')) return [];
  const broken = brokenRule(branch);
  return broken === undefined ? [] : [{ code: 'invalid-branch', path, got: quote(branch), allowed: broken }];
}

function brokenRule(branch: string): string | undefined {
  if (branch === '' || branch === '@' || branch === 'HEAD') return 'git keeps the empty name, @ and HEAD for itself';
  if (branch.startsWith('-')) return 'it must not begin with -';
  if (/[\s~^:?*[\\\p{Cc}]/u.test(branch)) return 'it must not hold spaces, control characters or any of ~ ^ : ? * [ \\';
  if (branch.includes('..') || branch.includes('@{') || branch.includes('//')) return 'it must not hold .. @{ or //';
  if (branch.startsWith('/') || branch.endsWith('/') || branch.endsWith('.')) return 'it must not begin or end with / nor end with a dot';
  return branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock')) ? 'no part of it may begin with a dot or end with .lock' : undefined;
}

/** Checks the path of a file that is written into a clone: relative, forward slashes, and it stays inside. */
export function checkRepositoryPath(file: string, path: string): Problem[] {
  const broken = brokenPathRule(file);
  return broken === undefined ? [] : [{ code: 'invalid-path', path, got: quote(file), allowed: broken }];
}

function brokenPathRule(file: string): string | undefined {
  if (file.trim() === '') return 'it must not be empty';
  if (file.includes('\\')) return 'it has to use forward slashes';
  if (file.startsWith('/')) return 'it has to be relative to the root of the repository';
  const parts = normalParts(file);
  if (parts === undefined) return 'it must not leave the repository';
  return parts.length === 0 ? 'it has to name a file' : undefined;
}

/** A path without `.` and `..`, or `undefined` when it leaves the directory it starts in. */
export function normalParts(file: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of file.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts;
}
