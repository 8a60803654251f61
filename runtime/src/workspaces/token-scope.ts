import type { Workspace } from '@taskwright/schema';
import { parseRepository, type Repository } from './repository.ts';

/** On a Workspace: further repositories of the owner that tokens of a GitHub App may reach, separated by commas. On a token's Secret: all of them. */
export const REPOSITORIES = 'taskwright.dev/github-repositories';

/** What a token is asked for. */
export interface TokenScope {
  /** The root of the REST API, without a slash at its end. */
  readonly apiUrl: string;
  /** Names, without their owner: an installation belongs to one. Sorted. None: all that the installation reaches. */
  readonly repositories: readonly string[];
}

/**
 * A token reaches the repository of the Workspace, its remotes of the same owner, and what an annotation adds; the reference asks for all that the
 * App can reach (docs/compatibility.md, "GitHub Apps").
 */
export function tokenScopeOf({ metadata, spec }: Workspace): TokenScope | undefined {
  const repository = parseRepository(spec.repo);
  if (!repository) return undefined;
  const sameOwner = (other: Repository | undefined) => other?.host === repository.host && other.owner.toLowerCase() === repository.owner.toLowerCase();
  const remotes = (spec.remotes ?? []).map(({ url }) => parseRepository(url)).filter(sameOwner).map((remote) => remote!.name);
  const more = (metadata.annotations?.[REPOSITORIES] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  return { apiUrl: apiUrlOf(repository), repositories: [...new Set([repository.name, ...remotes, ...more])].sort() };
}

/** Of github.com, of GitHub Enterprise Cloud with data residency, and of an Enterprise Server. */
export function apiUrlOf({ host }: Repository): string {
  if (host === '' || host === 'github.com') return 'https://api.github.com';
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
}
