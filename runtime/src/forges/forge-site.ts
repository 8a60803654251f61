import { createHash } from 'node:crypto';
import { SourceError, type SourceContext } from '../sources/source.ts';
import { gitAccessOf, USERNAME } from '../workspaces/git-access.ts';
import { parseRepository } from '../workspaces/repository.ts';
import type { Dialect } from './dialect.ts';

/** A project on a forge, and as whom it is looked at. */
export interface ForgeSite {
  /** The root that a browser shows, without a slash at its end. */
  readonly root: string;
  /** With every group or the owner that it is in. */
  readonly path: string;
  readonly owner: string;
  readonly name: string;
  /** The value of the header; nobody, where it is left out. */
  readonly authorization?: string;
  /** Where the token comes from, for messages. */
  readonly account: string;
  /** Tells accounts of one forge apart, without the token. */
  readonly key: string;
}

/** Where a trigger looks, as it says it. */
export interface Place {
  /** For messages: `when.gitlabIssues`. */
  readonly where: string;
  readonly baseUrl?: string;
  readonly path?: string;
}

/**
 * The project that a trigger names, else that of the Workspace, on the forge that it names, else on the Workspace's. The token of the Workspace is for the host of its repository: another is asked
 * as nobody.
 *
 * **Errors** {@link SourceError} where there is no project or no forge, or where the Secret of the Workspace lacks a token.
 */
export async function forgeSite(dialect: Dialect, place: Place, { workspace, readSecret }: Pick<SourceContext, 'workspace' | 'readSecret'>): Promise<ForgeSite> {
  const home = homeOf(workspace?.spec?.repo ?? '');
  const root = place.baseUrl?.replace(/\/+$/, '') ?? home?.root;
  if (root === undefined) throw new SourceError(`${place.where}: there is no ${dialect.called} to look at; give the Tasks a Workspace with a repository there, or set baseUrl`);
  const isHome = home !== undefined && isSameHost(root, home);
  const path = place.path ?? (isHome ? below(root, home.path) : undefined);
  if (path === undefined || !/^[^/]+(\/[^/]+)+$/.test(path)) {
    throw new SourceError(`${place.where}: there is no project to look at${path === undefined ? '' : `, got "${path.slice(0, 200)}"`}; name it as ${dialect.example}, or give the Tasks a Workspace with a repository on ${new URL(root).host}`);
  }
  const authorization = isHome ? await authorizationOf(dialect, workspace!, readSecret) : undefined;
  const secret = workspace?.spec?.secretRef?.name;
  return {
    root,
    path,
    owner: path.slice(0, path.lastIndexOf('/')),
    name: path.slice(path.lastIndexOf('/') + 1),
    authorization,
    account: authorization === undefined ? 'nobody' : `the owner of the token in Secret "${secret!}"`,
    key: createHash('sha256').update(authorization ?? '').digest('base64url'),
  };
}

interface Home {
  readonly root: string;
  readonly path: string;
  /** SSH has a port of its own. */
  readonly isSsh: boolean;
}

function homeOf(repo: string): Home | undefined {
  const parsed = parseRepository(repo);
  if (!parsed || parsed.host === '') return undefined;
  const isHttp = /^https?:/i.test(repo.trim());
  const host = isHttp ? parsed.host : parsed.host.replace(/:\d+$/, '');
  return { root: `${/^http:/i.test(repo.trim()) ? 'http' : 'https'}://${host}`, path: `${parsed.owner}/${parsed.name}`, isSsh: !isHttp };
}

/** Never by HTTP where git uses something safer. */
function isSameHost(root: string, home: Home): boolean {
  const [one, other] = [new URL(root), new URL(home.root)];
  return home.isSsh ? one.protocol === 'https:' && one.hostname === other.hostname : one.origin === other.origin;
}

/** Of a forge that is served below a path, repositories are there too, but for those that are cloned by SSH. */
function below(root: string, path: string): string {
  const prefix = `${new URL(root).pathname.slice(1)}/`;
  return prefix !== '/' && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

async function authorizationOf(dialect: Dialect, workspace: NonNullable<SourceContext['workspace']>, readSecret: SourceContext['readSecret']): Promise<string | undefined> {
  const secret = workspace.spec.secretRef?.name;
  if (secret === undefined) return undefined;
  const data = await readSecret(secret);
  const tokenKey = data && gitAccessOf(data).tokenKey;
  if (!data || tokenKey === undefined) {
    const what = data ? `Secret "${secret}" has no token for the API of ${dialect.called}` : `there is no Secret "${secret}"`;
    throw new SourceError(`Workspace "${workspace.metadata.name}": ${what}; ${data ? 'add' : 'create it with'} GITHUB_TOKEN, or username and password`);
  }
  return dialect.authorization(data[tokenKey]!.trim(), tokenKey === 'password' ? data[USERNAME]?.trim() : undefined);
}
