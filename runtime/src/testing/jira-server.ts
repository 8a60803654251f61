import type { Clock } from '../kube/clock.ts';

export interface JiraServerOptions {
  readonly clock: Clock;
  /** @default https://acme.atlassian.net */
  readonly root?: string;
  /** Jira in the cloud, or of one's own (Data Center), which has pages by number alone and personal access tokens. @default cloud */
  readonly edition?: 'cloud' | 'data-center';
  /** Who may look: tokens by the address of their owner in the cloud, by any name elsewhere. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What issues name the owners of tokens by. @default the name that the token has in `tokens` */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Most issues on a page, whatever is asked for. @default 100 */
  readonly pageSize?: number;
}

export interface StoredIssue {
  readonly key: string;
  readonly summary: string;
  /** A text, or a document. */
  readonly description?: unknown;
  readonly status?: string;
  readonly labels?: readonly string[];
  readonly type?: string;
  readonly creator?: string;
  /** ISO 8601. @default a day before now */
  readonly created?: string;
  /** From the oldest to the newest: texts or documents. */
  readonly comments?: readonly unknown[];
}

/** As many as come with an issue of a search in the cloud. */
const COMMENTS_IN_SEARCH = 20;

/**
 * The part of Jira's REST API, version 2, that finds issues, as Atlassian documents it: both searches, pages by token and by number, comments of an issue, and
 * what it answers to what is wrong. It is called in place of `fetch`. Of JQL it knows `field = value` with AND, for project, status,
 * labels and type; a field that it does not know is refused in Jira's words.
 */
export class JiraServer {
  readonly #options: JiraServerOptions;
  readonly issues: StoredIssue[] = [];
  /** `<path>?<query>` of every request, in order. */
  readonly requests: URL[] = [];
  /** Answers in place of Jira where it returns something. */
  fault?: (url: URL) => Response | undefined;

  constructor(options: JiraServerOptions) {
    this.#options = options;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const url = new URL(request.url);
    this.requests.push(url);
    return this.fault?.(url) ?? this.#answer(request, url);
  };

  #answer(request: Request, url: URL): Response {
    const { root = 'https://acme.atlassian.net', edition = 'cloud' } = this.#options;
    const path = url.href.startsWith(`${root}/`) ? url.pathname.slice(new URL(root).pathname.replace(/\/$/, '').length) : '';
    const refusal = this.#refusalOf(request.headers.get('authorization') ?? '');
    if (refusal) return refusal;
    if (path === '/rest/api/2/search/jql' && edition === 'cloud') return this.#searchByToken(url.searchParams);
    if (path === '/rest/api/2/search') return edition === 'cloud' ? this.#problem(410, 'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.') : this.#searchByNumber(url.searchParams);
    if (path === '/rest/api/2/myself') return this.#json(200, this.#account(this.#ownerOf(request.headers.get('authorization') ?? '')));
    const [, key] = /^\/rest\/api\/2\/issue\/([^/]+)\/comment$/.exec(path) ?? [];
    if (key !== undefined) return this.#comments(decodeURIComponent(key), url.searchParams);
    return this.#json(404, { message: `null for uri: ${url.href}`, 'status-code': 404 });
  }

  #refusalOf(authorization: string): Response | undefined {
    const { tokens, edition = 'cloud' } = this.#options;
    const [user, token] = edition === 'cloud'
      ? Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString().split(/:(.*)/s)
      : [Object.keys(tokens).find((name) => `Bearer ${tokens[name]}` === authorization) ?? '', authorization.replace(/^Bearer /, '')];
    if (token !== undefined && tokens[user!] === token) return undefined;
    return new Response('Client must be authenticated to access this resource.', { status: 401, headers: { 'content-type': 'text/html;charset=UTF-8', 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' } });
  }

  #ownerOf(authorization: string): string {
    const { tokens, edition = 'cloud', accounts = {} } = this.#options;
    const owner = edition === 'cloud' ? Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString().split(':')[0]! : Object.keys(tokens).find((name) => `Bearer ${tokens[name]}` === authorization)!;
    return accounts[owner] ?? owner;
  }

  #account(name: string) {
    return (this.#options.edition ?? 'cloud') === 'cloud' ? { accountId: name, accountType: 'atlassian', displayName: name } : { name, key: name };
  }

  #searchByToken(query: URLSearchParams): Response {
    const found = this.#found(query.get('jql') ?? '');
    if (found instanceof Response) return found;
    const token = query.get('nextPageToken');
    const startAt = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
    if (!Number.isInteger(startAt)) return this.#problem(400, 'Invalid nextPageToken.');
    const page = found.slice(startAt, startAt + this.#sizeOf(query));
    const after = startAt + page.length;
    const isLast = after >= found.length;
    return this.#json(200, { issues: page.map((issue) => this.#shown(issue, query)), isLast, ...!isLast && { nextPageToken: Buffer.from(String(after)).toString('base64url') } });
  }

  #searchByNumber(query: URLSearchParams): Response {
    const found = this.#found(query.get('jql') ?? '');
    if (found instanceof Response) return found;
    const startAt = Number(query.get('startAt') ?? 0);
    const maxResults = this.#sizeOf(query);
    return this.#json(200, { expand: 'schema,names', startAt, maxResults, total: found.length, issues: found.slice(startAt, startAt + maxResults).map((issue) => this.#shown(issue, query)) });
  }

  #comments(key: string, query: URLSearchParams): Response {
    const issue = this.issues.find((candidate) => candidate.key === key);
    if (!issue) return this.#problem(404, 'Issue does not exist or you do not have permission to see it.');
    const all = this.#shownComments(issue);
    const ordered = query.get('orderBy') === '-created' ? all.toReversed() : all;
    const startAt = Number(query.get('startAt') ?? 0);
    const maxResults = this.#sizeOf(query);
    return this.#json(200, { startAt, maxResults, total: all.length, comments: ordered.slice(startAt, startAt + maxResults) });
  }

  #sizeOf(query: URLSearchParams): number {
    return Math.min(Number(query.get('maxResults') ?? 50), this.#options.pageSize ?? 100);
  }

  #shown({ key, summary, description = null, status = 'To Do', labels = [], type = 'Task', creator = 'ann', created, comments = [], ...issue }: StoredIssue, query: URLSearchParams) {
    const isCloud = (this.#options.edition ?? 'cloud') === 'cloud';
    const shown = this.#shownComments({ ...issue, key, summary, comments });
    const all: Readonly<Record<string, unknown>> = {
      summary,
      description,
      status: { name: status },
      labels,
      issuetype: { name: type, subtask: false },
      creator: this.#account(creator),
      created: (created ?? new Date(this.#options.clock.now().getTime() - 86_400_000).toISOString()).replace('Z', '+0000'),
      comment: { comments: isCloud ? shown.slice(0, COMMENTS_IN_SEARCH) : shown, maxResults: COMMENTS_IN_SEARCH, total: comments.length, startAt: 0 },
    };
    const asked = (query.get('fields') ?? '').split(',');
    return { id: String(10_000 + this.issues.findIndex((candidate) => candidate.key === key)), key, fields: Object.fromEntries(Object.entries(all).filter(([name]) => asked.includes(name))) };
  }

  /** A minute apart, up to now. */
  #shownComments({ comments = [] }: StoredIssue) {
    const nowMs = this.#options.clock.now().getTime();
    return comments.map((body, index) => ({ id: String(index), body, created: new Date(nowMs - (comments.length - index) * 60_000).toISOString().replace('Z', '+0000') }));
  }

  #found(jql: string): StoredIssue[] | Response {
    const condition = jql.replace(/\bORDER BY .*$/i, '').replaceAll(/[()]/g, ' ');
    const clauses = condition.split(/\bAND\b/i).map((clause) => /^\s*(\w+)\s*=\s*"?([^"]*?)"?\s*$/.exec(clause));
    const broken = clauses.findIndex((clause) => clause === null);
    if (broken >= 0) return this.#problem(400, "Error in the JQL Query: The character ')' is a reserved JQL character. You must enclose it in a string or use the escape '\\u0029' instead.");
    const fields: Readonly<Record<string, (issue: StoredIssue) => readonly string[]>> = {
      project: ({ key }) => [key.replace(/-\d+$/, '')], status: ({ status = 'To Do' }) => [status], labels: ({ labels = [] }) => labels, type: ({ type = 'Task' }) => [type],
    };
    const unknown = clauses.find((clause) => !fields[clause![1]!]);
    if (unknown) return this.#problem(400, `Field '${unknown[1]}' does not exist or you do not have permission to view it.`);
    return this.issues.filter((issue) => clauses.every((clause) => fields[clause![1]!]!(issue).includes(clause![2]!)));
  }

  #problem(status: number, message: string): Response {
    return this.#json(status, { errorMessages: [message], errors: {} });
  }

  #json(status: number, body: object): Response {
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json;charset=UTF-8', date: this.#options.clock.now().toUTCString() } });
  }
}
