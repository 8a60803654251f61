import { isEnterprise, parseRepository, type Repository } from '../workspaces/repository.ts';
import { apiUrlOf, tokenScopeOf } from '../workspaces/token-scope.ts';
import { SourceError, type SourceContext } from '../sources/source.ts';
import type { GitHubClient } from './github-client.ts';

/** Where a trigger looks, and as whom. */
export interface WatchedRepository {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly name: string;
  /** `owner/name` */
  readonly path: string;
}

/**
 * The repository that a trigger names, else that of the Workspace; a name without a host is on the host of the Workspace. Its Secret is for that host: another
 * one is asked as nobody.
 *
 * **Errors** {@link SourceError} where there is no repository, or no Secret of that name.
 */
export async function watchedRepository(trigger: string, repo: string | undefined, { workspace, readSecret, github }: Pick<SourceContext, 'workspace' | 'readSecret' | 'github'>): Promise<WatchedRepository> {
  const own = workspace && parseRepository(workspace.spec.repo);
  const named = repo === undefined || repo.trim() === '' ? own : parseRepository(repo.trim().replace(/\/+$/, ''));
  if (!named) {
    throw repo
      ? new SourceError(`when.${trigger}.repo: is no repository, got "${repo.slice(0, 200)}"; write owner/name, or its URL`)
      : new SourceError(`when.${trigger}: there is no repository to look at; give the Tasks a Workspace with a GitHub repository, or set when.${trigger}.repo`);
  }
  const repository: Repository = named.host === '' && own ? { ...named, host: own.host } : named;
  const path = `${repository.owner}/${repository.name}`;
  if (!/^(?!\.\.?\/)[\w.-]+\/(?!\.\.?$)[\w.-]+$/.test(path)) throw new SourceError(`when.${trigger}: "${path.slice(0, 200)}" is not the name of a repository of GitHub, which is owner/name`);
  const isOurs = own !== undefined && hostOf(own) === hostOf(repository);
  const data = isOurs ? await secretOf(workspace, readSecret) : undefined;
  const scope = (isOurs && tokenScopeOf(workspace!)?.repositories) || [];
  const isSameOwner = isOurs && own.owner.toLowerCase() === repository.owner.toLowerCase();
  const client = github.of(data, apiUrlOf(repository), isSameOwner ? [...scope, repository.name] : scope);
  return { client, owner: repository.owner, name: repository.name, path };
}

function hostOf(repository: Repository): string {
  return isEnterprise(repository) ? repository.host : 'github.com';
}

async function secretOf(workspace: SourceContext['workspace'], readSecret: SourceContext['readSecret']): Promise<Readonly<Record<string, string>> | undefined> {
  const name = workspace?.spec.secretRef?.name;
  if (!name) return undefined;
  const data = await readSecret(name);
  if (!data) throw new SourceError(`Workspace "${workspace.metadata.name}": there is no Secret "${name}"; create it with GITHUB_TOKEN or the keys of a GitHub App`);
  return data;
}
