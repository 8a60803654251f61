import type { GitHubCommentPolicy } from '@taskwright/schema';
import type { GitHubClient } from './github-client.ts';

/** From the lowest. */
const PERMISSIONS = ['read', 'triage', 'write', 'maintain', 'admin'];

/** Who is asked about, and where. */
export interface ActorQuery {
  readonly client: GitHubClient;
  /** `owner/name` */
  readonly repository: string;
  readonly signal: AbortSignal;
}

/**
 * Whether somebody may give commands: by name, by what they may do in the repository, or as an active member of a team. One of them is enough, so
 * that what GitHub refuses to tell of one counts only if no other says yes.
 *
 * **Errors** those of {@link GitHubClient}.
 */
export async function isAuthorized({ allowedUsers = [], allowedTeams = [], minimumPermission }: GitHubCommentPolicy, actor: string, { client, repository, signal }: ActorQuery): Promise<boolean> {
  const login = actor.trim().toLowerCase();
  if (login === '') return false;
  if (allowedUsers.some((user) => user.trim().toLowerCase() === login)) return true;
  const look = async <T>(path: string) => client.lookUp<T>(path, { signal });
  const checks: (() => Promise<boolean>)[] = [];
  if (minimumPermission !== undefined) {
    checks.push(async () => {
      const found = await look<{ permission?: string; role_name?: string }>(`/repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`);
      // A role that the organization made itself stands on one of the five.
      const role = PERMISSIONS.includes(found?.role_name ?? '') ? found!.role_name! : found?.permission ?? '';
      return PERMISSIONS.indexOf(role) >= PERMISSIONS.indexOf(minimumPermission);
    });
  }
  for (const team of allowedTeams) {
    const [org = '', slug = ''] = team.split('/').map((part) => encodeURIComponent(part.trim()));
    checks.push(async () => (await look<{ state?: string }>(`/orgs/${org}/teams/${slug}/memberships/${encodeURIComponent(login)}`))?.state?.toLowerCase() === 'active');
  }
  let problem: unknown;
  for (const check of checks) {
    try {
      if (await check()) return true;
    } catch (error) {
      signal.throwIfAborted();
      problem ??= error;
    }
  }
  if (problem !== undefined) throw problem;
  return false;
}
