import type { Clock } from '../kube/clock.ts';
import { pageOf } from './paged-answer.ts';

export interface GiteaServerOptions {
  readonly clock: Clock;
  /** Without a slash at its end. @default https://codeberg.org */
  readonly root?: string;
  /** Usernames by token, or password. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Most items on a page, whatever is asked for. @default 50, as Gitea's MAX_RESPONSE_ITEMS */
  readonly pageSize?: number;
}

export interface GiteaItem {
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  readonly state?: string;
  readonly author?: string;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly comments?: readonly GiteaStoredComment[];
  /** Each with who gave it. */
  readonly reactions?: readonly string[];
  /** ISO 8601. @default a day before the server was started */
  readonly createdAt?: string;
}

export interface GiteaPullRequest extends GiteaItem {
  readonly draft?: boolean;
  readonly branch?: string;
  readonly sha?: string;
  readonly files?: readonly string[];
  readonly reviews?: readonly GiteaStoredReview[];
}

export interface GiteaStoredComment {
  readonly id?: number;
  readonly body: string;
  readonly author?: string;
  /** ISO 8601. @default an hour before the server was started */
  readonly at?: string;
}

export interface GiteaStoredReview extends Partial<GiteaStoredComment> {
  readonly state: 'APPROVED' | 'REQUEST_CHANGES' | 'COMMENT' | 'PENDING';
  /** @default the newest commit */
  readonly sha?: string;
  readonly dismissed?: boolean;
  readonly lines?: readonly (GiteaStoredComment & { readonly path: string; readonly line?: number })[];
}

interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly status: string;
  readonly description: string;
}

interface Repository {
  /** Of commits, the oldest first. */
  statuses: Status[];
  issues: GiteaItem[];
  pulls: GiteaPullRequest[];
  labels: string[];
  /** Permissions by username. */
  collaborators: Record<string, 'read' | 'write' | 'admin' | 'owner'>;
  isPrivate: boolean;
}

/**
 * The part of the REST API of Gitea and Forgejo, version 1, that tells of issues and pull requests, as its Swagger document describes it: filters, pages with `Link` and `X-Total-Count`, comments,
 * files, reviews and permissions, and takes comments, statuses, labels and reactions; and what it answers to what is wrong. It has no ETags. It is called in place of `fetch`.
 */
export class GiteaServer {
  readonly #options: GiteaServerOptions;
  readonly #startedMs: number;
  readonly #repositories = new Map<string, Repository>();
  readonly requests: { readonly url: URL; readonly method: string; readonly authorization: string | null }[] = [];
  /** Answers in place of Gitea where it returns something. */
  fault?: (url: URL) => Response | undefined;

  constructor(options: GiteaServerOptions) {
    this.#options = options;
    this.#startedMs = options.clock.now().getTime();
  }

  /** @param path `owner/name` */
  repository(path: string, repository: Partial<Repository> = {}): Repository {
    const stored = { statuses: [], issues: [], pulls: [], labels: [], collaborators: {}, isPrivate: false, ...repository };
    this.#repositories.set(path, stored);
    return stored;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const url = new URL(request.url);
    this.requests.push({ url, method: request.method, authorization: request.headers.get('authorization') });
    return this.fault?.(url) ?? this.#answer(request, url, request.method === 'GET' ? {} : JSON.parse(await request.text() || '{}') as Body);
  };

  #answer(request: Request, url: URL, body: Body): Response {
    const { root = 'https://codeberg.org' } = this.#options;
    const api = `${root}/api/v1/`;
    if (!url.href.startsWith(api)) return new Response('Not found.', { status: 404, headers: { 'content-type': 'text/plain;charset=utf-8' } });
    const authorization = request.headers.get('authorization');
    const user = this.#userOf(authorization ?? '');
    if (authorization !== null && user === undefined) return this.#problem(401, 'user does not exist [uid: 0, name: ]');
    if (url.href === `${api}user`) return user === undefined ? this.#problem(401, 'token is required') : this.#json(200, { login: user });
    const [, path = '', below = ''] = /^repos\/([^/?]+\/[^/?]+)\/?([^?]*)/.exec(url.href.slice(api.length)) ?? [];
    const repository = this.#repositories.get(decodeURIComponent(path));
    if (!repository || (repository.isPrivate && !(user !== undefined && user in repository.collaborators))) return this.#problem(404, "The target couldn't be found.");
    if (request.method === 'GET') return this.#read(url, path, repository, user, below.split('/'));
    if (user === undefined) return this.#problem(401, 'token is required');
    return this.#change(request.method, repository, user, body, below.split('/'));
  }

  #userOf(authorization: string): string | undefined {
    const { tokens = {} } = this.#options;
    const [, name, token] = /^Basic /.test(authorization) ? /^([^:]*):(.*)$/s.exec(Buffer.from(authorization.slice(6), 'base64').toString()) ?? [] : [undefined, undefined, authorization.replace(/^(token|Bearer) /, '')];
    const user = tokens[token ?? ''];
    return name === undefined || name === user ? user : undefined;
  }

  #read(url: URL, path: string, repository: Repository, user: string | undefined, [what, number, detail, review, last]: readonly string[]): Response {
    if (what === 'collaborators' && detail === 'permission') return this.#permissionOf(decodeURIComponent(number ?? ''), repository, user);
    if (what === 'commits') return this.#page(url, repository.statuses.filter(({ sha }) => sha === number).toReversed());
    if (what === 'labels') return this.#page(url, repository.labels.map((name, index) => ({ id: index + 1, name, color: 'ededed' })));
    if (what !== 'issues' && what !== 'pulls') return this.#problem(404, 'Not Found');
    const all: readonly GiteaPullRequest[] = repository[what];
    if (number === undefined) return this.#page(url, all.filter((item) => isAskedFor(item, url.searchParams, repository)).map((item) => this.#shown(item, path, what)));
    // A pull request is an issue too.
    const item = [...all, ...what === 'issues' ? repository.pulls : []].find((each: GiteaPullRequest) => each.number === Number(number)) as GiteaPullRequest | undefined;
    if (!item) return this.#problem(404, "The target couldn't be found.");
    if (detail === undefined) return this.#json(200, this.#shown(item, path, what));
    if (what === 'issues' && detail === 'comments') return this.#json(200, (item.comments ?? []).map((comment, index) => this.#shownComment(comment, index)));
    if (detail === 'files') return this.#page(url, (item.files ?? []).map((filename) => ({ filename, status: 'changed', additions: 1, deletions: 0, changes: 1 })));
    if (detail !== 'reviews') return this.#problem(404, 'Not Found');
    if (last === 'comments') return this.#json(200, (item.reviews?.[Number(review) - 1]?.lines ?? []).map((line, index) => ({ ...this.#shownComment(line, index), path: line.path, position: line.line ?? 0, original_position: 0, commit_id: item.reviews![Number(review) - 1]!.sha ?? shaOf(item) })));
    return this.#page(url, (item.reviews ?? []).map((each, index) => ({
      ...this.#shownComment({ body: '', ...each }, index), id: index + 1, state: each.state, commit_id: each.sha ?? shaOf(item), dismissed: each.dismissed ?? false, stale: false, official: true,
      submitted_at: each.at ?? this.#before(3_600_000), comments_count: each.lines?.length ?? 0,
    })));
  }

  #change(method: string, repository: Repository, user: string, body: Body, [what, number, detail, id]: readonly string[]): Response {
    if (what === 'statuses') return this.#setStatus(repository, number ?? '', body);
    if (what === 'labels') {
      repository.labels = [...repository.labels, body.name!];
      return this.#json(201, { id: repository.labels.length, name: body.name, color: 'ededed' });
    }
    if (number === 'comments') return this.#editComment(repository, Number(detail), body);
    const found = [repository.issues, repository.pulls].map((all: GiteaItem[]) => ({ all, at: all.findIndex((item) => item.number === Number(number)) })).find(({ at }) => at >= 0);
    if (!found) return this.#problem(404, "The target couldn't be found.");
    const item = found.all[found.at]!;
    const replace = (changed: Partial<GiteaItem>) => found.all.splice(found.at, 1, { ...item, ...changed });
    if (detail === 'reactions') {
      const given = `${body.content} ${user}`;
      replace({ reactions: [...new Set([...item.reactions ?? [], given])] });
      return this.#json(item.reactions?.includes(given) ? 200 : 201, { content: body.content, user: { login: user } });
    }
    if (detail === 'labels') {
      const names = (body.labels ?? [Number(id)]).map((each) => repository.labels[each - 1]!);
      replace({ labels: method === 'DELETE' ? (item.labels ?? []).filter((label) => !names.includes(label)) : [...new Set([...item.labels ?? [], ...names])] });
      return method === 'DELETE' ? new Response(null, { status: 204 }) : this.#json(200, []);
    }
    if (detail !== 'comments') return this.#problem(404, 'Not Found');
    const comment = { id: 5_000 + this.requests.length, body: body.body!, author: user, at: this.#options.clock.now().toISOString() };
    replace({ comments: [...item.comments ?? [], comment] });
    return this.#json(201, this.#shownComment(comment, 0));
  }

  #editComment({ issues, pulls }: Repository, id: number, { body = '' }: Body): Response {
    for (const all of [issues, pulls] as GiteaItem[][]) {
      for (const [at, item] of all.entries()) {
        const index = (item.comments ?? []).findIndex((comment) => comment.id === id);
        if (index < 0) continue;
        const comment = { ...item.comments![index]!, body };
        all.splice(at, 1, { ...item, comments: item.comments!.with(index, comment) });
        return this.#json(200, this.#shownComment(comment, index));
      }
    }
    return this.#problem(404, "The target couldn't be found.");
  }

  /** Each is kept; of one name the newest counts. */
  #setStatus(repository: Repository, sha: string, { state = '', context = 'default', description = '' }: Body): Response {
    if (!/^[0-9a-f]{40}$/.test(sha)) return this.#problem(404, "The target couldn't be found.");
    const status = { id: repository.statuses.length + 1, sha, context, status: state, description };
    repository.statuses = [...repository.statuses, status];
    return this.#json(201, status);
  }

  #permissionOf(name: string, { collaborators }: Repository, user: string | undefined): Response {
    const isAdmin = ['admin', 'owner'].includes(collaborators[user ?? ''] ?? '');
    if (!isAdmin && user !== name) return this.#problem(403, 'Only admins can query all permissions, repo admins can query all repo permissions, collaborators can query only their own');
    const [login] = Object.keys(collaborators).filter((each) => each.toLowerCase() === name.toLowerCase());
    const permission = login === undefined ? 'none' : collaborators[login];
    return this.#json(200, { permission, role_name: permission, user: { login: login ?? name } });
  }

  #shown(item: GiteaPullRequest, path: string, what: 'issues' | 'pulls') {
    const { root = 'https://codeberg.org' } = this.#options;
    const { number, title = `Item ${number}`, body = '', state = 'open', author = 'ann', labels = [], assignees, comments = [], createdAt = this.#before(86_400_000) } = item;
    const common = {
      id: 1_000 + number, number, title, body, state, user: { login: author }, labels: labels.map((name, id) => ({ id, name, color: '00aabb' })), assignees: assignees?.map((login) => ({ login })) ?? null,
      comments: comments.length, html_url: `${root}/${path}/${what}/${number}`, created_at: createdAt, updated_at: this.#before(3_600_000),
    };
    if (what === 'issues') return { ...common, pull_request: null };
    const { draft = false, branch = `branch-${number}` } = item;
    return { ...common, draft, mergeable: true, head: { label: branch, ref: branch, sha: shaOf(item) }, base: { label: 'main', ref: 'main', sha: 'b'.repeat(40) } };
  }

  #shownComment({ id, body, author = 'ann', at = this.#before(3_600_000) }: GiteaStoredComment, index: number) {
    return { id: id ?? index + 1, body, user: { login: author }, created_at: at, updated_at: at };
  }

  #page(url: URL, all: readonly unknown[]): Response {
    const { items, link } = pageOf(all, url, { size: Math.min(Number(url.searchParams.get('limit') ?? 30), this.#options.pageSize ?? 50) });
    return this.#json(200, items, { ...link, 'x-total-count': String(all.length) });
  }

  /** Before the server was started: nothing changes by itself. */
  #before(ms: number): string {
    return new Date(this.#startedMs - ms).toISOString();
  }

  #problem(status: number, message: string): Response {
    return this.#json(status, { message, url: `${this.#options.root ?? 'https://codeberg.org'}/api/swagger` });
  }

  #json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json;charset=utf-8', 'date': this.#options.clock.now().toUTCString(), ...headers } });
  }
}

/** What is sent to change something. */
interface Body {
  readonly body?: string;
  readonly content?: string;
  readonly name?: string;
  readonly labels?: readonly number[];
  readonly state?: string;
  readonly context?: string;
  readonly description?: string;
}

function shaOf({ sha = 'a'.repeat(40) }: GiteaPullRequest): string {
  return sha;
}

/** One of the labels is enough, and those that the repository does not have are left out. */
function isAskedFor({ state = 'open', labels = [], author = 'ann', assignees = [] }: GiteaItem, query: URLSearchParams, repository: Repository): boolean {
  const [wantedState = 'open', wantedLabels, createdBy, assignedBy] = ['state', 'labels', 'created_by', 'assigned_by'].map((name) => query.get(name) ?? undefined);
  const known = (wantedLabels ?? '').split(',').filter((label) => repository.labels.includes(label));
  if (wantedState !== 'all' && wantedState !== state) return false;
  if (known.length > 0 && !known.some((label) => labels.includes(label))) return false;
  return (createdBy === undefined || createdBy === author) && (assignedBy === undefined || assignees.includes(assignedBy));
}
