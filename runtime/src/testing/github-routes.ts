import { type Context, Hono } from 'hono';
import type { GitHubRepository } from './github-repository.ts';

export interface GitHubCaller {
  /** Whose token it is; `undefined` for nobody. */
  readonly login?: string;
  /** Of an App, which writes as `<slug>[bot]`. */
  readonly app?: { readonly id: number; readonly slug: string };
  /** Of an App: the repositories that its token reaches. */
  readonly repositories?: readonly string[];
}

/** What a route is told of a request, besides the request. */
interface Told {
  Bindings: { readonly caller: GitHubCaller };
}

export type GitHubContext = Context<Told>;
export type GitHubRoutes = ReturnType<typeof routesBelow>;

/** What the routes know of the server. */
export interface GitHubState {
  readonly apiUrl: string;
  /** By `owner/name` in lower case. */
  readonly repositories: ReadonlyMap<string, GitHubRepository>;
  membershipOf(team: string, login: string): 'active' | 'pending' | undefined;
}

export const NOT_FOUND = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' };

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/** Routes below the root of the API, which an Enterprise Server has below another path. */
export function routesBelow(path: string) {
  return new Hono<Told>().basePath(path);
}

/** One page of a list, with the addresses of the others. */
export function pageOf(context: GitHubContext, items: readonly object[]): Response {
  const url = new URL(context.req.url);
  const size = Math.min(Math.max(Number(url.searchParams.get('per_page') ?? DEFAULT_PAGE) || DEFAULT_PAGE, 1), LARGEST_PAGE);
  const page = Math.max(Number(url.searchParams.get('page') ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (to: number, rel: string) => {
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...page > 1 ? [link(page - 1, 'prev')] : [],
    ...page < last ? [link(page + 1, 'next'), link(last, 'last')] : [],
    ...page > 1 ? [link(1, 'first')] : [],
  ];
  return context.json(items.slice((page - 1) * size, page * size), 200, links.length > 0 ? { link: links.join(', ') } : {});
}

/** The repository that the path names, where the caller may see it. To who may not, a private one is one that there is not. */
export function repositoryOf(context: GitHubContext, { repositories: known }: GitHubState): GitHubRepository | undefined {
  const [owner = '', name = ''] = [context.req.param('owner'), context.req.param('repo')];
  const repository = known.get(`${owner}/${name}`.toLowerCase());
  const { login, repositories } = context.env.caller;
  const mayRead = login !== undefined || (repositories?.includes(name) ?? false);
  return repository && (mayRead || !repository.isPrivate) ? repository : undefined;
}
