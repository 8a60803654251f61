import type { Clock } from '../kube/clock.ts';
import { jsonAnswer, pageOf } from './paged-answer.ts';

export interface GitLabServerOptions {
  readonly clock: Clock;
  /** Without a slash at its end. @default https://gitlab.com */
  readonly root?: string;
  /** The address by which it names its own pages: behind a proxy, one that nobody else knows. @default the root's */
  readonly ownOrigin?: string;
  /** Usernames by token. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Most items on a page, whatever is asked for. @default 100 */
  readonly pageSize?: number;
}

export interface GitLabItem {
  readonly iid: number;
  readonly title?: string;
  readonly description?: string | null;
  readonly state?: string;
  readonly author?: string;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly notes?: readonly GitLabStoredNote[];
}

export interface GitLabMergeRequest extends GitLabItem {
  readonly draft?: boolean;
  readonly sourceBranch?: string;
  readonly sha?: string;
  readonly pipeline?: string;
  readonly files?: readonly string[];
  readonly approvedBy?: readonly string[];
  /** What each reviewer came to. */
  readonly reviewers?: Readonly<Record<string, 'unreviewed' | 'reviewed' | 'requested_changes' | 'approved'>>;
}

export interface GitLabStoredNote {
  readonly id?: number;
  readonly body: string;
  readonly author?: string;
  /** ISO 8601. @default an hour before the server was started */
  readonly at?: string;
  readonly system?: boolean;
  /** The commit, the file and the line that it is about. */
  readonly on?: { readonly sha: string; readonly path: string; readonly line?: number };
}

interface Project {
  issues: GitLabItem[];
  mergeRequests: GitLabMergeRequest[];
  /** Access levels by username. */
  members: Record<string, number>;
  isPrivate: boolean;
}

/**
 * The part of GitLab's REST API, version 4, that tells of issues and merge requests, as its documentation describes it: filters, pages with `Link` and `X-Next-Page`, ETags, notes, diffs, approvals,
 * reviewers and members, and what it answers to what is wrong. It is called in place of `fetch`.
 */
export class GitLabServer {
  readonly #options: GitLabServerOptions;
  readonly #startedMs: number;
  readonly #projects = new Map<string, Project>();
  /** `<method> <path>?<query>`, and the status, of every request in order. */
  readonly requests: { readonly url: URL; readonly method: string; readonly authorization: string | null; status: number }[] = [];
  /** Answers in place of GitLab where it returns something. */
  fault?: (url: URL) => Response | undefined;

  constructor(options: GitLabServerOptions) {
    this.#options = options;
    this.#startedMs = options.clock.now().getTime();
  }

  /** @param path with its groups */
  project(path: string, project: Partial<Project> = {}): Project {
    const stored = { issues: [], mergeRequests: [], members: {}, isPrivate: false, ...project };
    this.#projects.set(path, stored);
    return stored;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const url = new URL(request.url);
    const record = { url, method: request.method, authorization: request.headers.get('authorization'), status: 0 };
    this.requests.push(record);
    const answer = this.fault?.(url) ?? this.#answer(request, url);
    record.status = answer.status;
    return answer;
  };

  #answer(request: Request, url: URL): Response {
    const { root = 'https://gitlab.com', tokens = {} } = this.#options;
    const api = `${root}/api/v4/`;
    if (!url.href.startsWith(api)) return new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } });
    const authorization = request.headers.get('authorization');
    const user = tokens[authorization?.replace(/^Bearer /, '') ?? ''];
    if (authorization !== null && user === undefined) return this.#json(request, 401, { message: '401 Unauthorized' });
    const [, encoded = '', below = ''] = /^projects\/([^/?]+)\/?([^?]*)/.exec(url.href.slice(api.length)) ?? [];
    const path = decodeURIComponent(encoded);
    const project = this.#projects.get(path);
    if (!project || (project.isPrivate && !(user !== undefined && user in project.members))) return this.#json(request, 404, { message: '404 Project Not Found' });
    return this.#read(request, url, path, project, below.split('/'));
  }

  #read(request: Request, url: URL, path: string, project: Project, [what, number, detail]: readonly string[]): Response {
    if (what === 'members') return this.#page(request, url, this.#membersOf(project, url));
    const kind = what === 'issues' ? 'issues' : 'mergeRequests';
    if (what !== 'issues' && what !== 'merge_requests') return this.#json(request, 404, { error: '404 Not Found' });
    const all: readonly GitLabMergeRequest[] = project[kind];
    if (number === undefined) return this.#page(request, url, all.filter((item) => isAskedFor(item, url.searchParams)).map((item) => this.#shown(item, path, kind)));
    const item = all.find(({ iid }) => iid === Number(number));
    if (!item) return this.#json(request, 404, { message: '404 Not found' });
    if (detail === undefined) return this.#json(request, 200, { ...this.#shown(item, path, kind), head_pipeline: item.pipeline === undefined ? null : { id: 1, status: item.pipeline, finished_at: this.#before(1_800_000), updated_at: this.#before(1_700_000) } });
    switch (detail) {
      case 'notes': return this.#page(request, url, (item.notes ?? []).map((note, index) => this.#shownNote(note, index)).sort((one, other) => this.#order(url) * (Date.parse(one.created_at) - Date.parse(other.created_at) || one.id - other.id)));
      case 'diffs': return this.#page(request, url, (item.files ?? []).map((file) => ({ old_path: file, new_path: file, a_mode: '100644', b_mode: '100644', new_file: false, renamed_file: false, deleted_file: false, diff: '' })));
      case 'approvals': return this.#json(request, 200, { iid: item.iid, approved: (item.approvedBy ?? []).length > 0, approved_by: (item.approvedBy ?? []).map((name) => ({ user: userOf(name), approved_at: this.#before(3_600_000) })) });
      case 'reviewers': return this.#json(request, 200, Object.entries(item.reviewers ?? {}).map(([name, state]) => ({ user: userOf(name), state, created_at: this.#before(7_200_000) })));
      default: return this.#json(request, 404, { error: '404 Not Found' });
    }
  }

  #membersOf({ members }: Project, url: URL) {
    const query = url.searchParams.get('query') ?? '';
    return Object.entries(members).filter(([name]) => name.toLowerCase().includes(query.toLowerCase())).map(([name, level]) => ({ ...userOf(name), state: 'active', access_level: level }));
  }

  #shown(item: GitLabMergeRequest, path: string, kind: 'issues' | 'mergeRequests') {
    const { root = 'https://gitlab.com' } = this.#options;
    const { iid, title = `Item ${iid}`, description = null, state = 'opened', author = 'ann', labels = [], assignees = [], notes = [] } = item;
    const common = {
      id: 1_000 + iid, iid, title, description, state, labels, author: userOf(author), assignees: assignees.map(userOf), user_notes_count: notes.filter(({ system }) => !system).length,
      web_url: `${root}/${path}/-/${kind === 'issues' ? 'issues' : 'merge_requests'}/${iid}`, created_at: this.#before(86_400_000), updated_at: this.#before(3_600_000),
    };
    if (kind === 'issues') return { ...common, issue_type: 'issue', confidential: false };
    const { draft = false, sourceBranch = `branch-${iid}`, sha = 'a'.repeat(40) } = item;
    return { ...common, draft, work_in_progress: draft, source_branch: sourceBranch, target_branch: 'main', sha };
  }

  #shownNote({ body, author = 'ann', at = this.#before(3_600_000), system = false, on, id }: GitLabStoredNote, index: number) {
    return {
      id: id ?? index + 1, type: on ? 'DiffNote' : null, body, author: userOf(author), created_at: at, updated_at: at, system, noteable_type: 'Issue',
      ...on && { position: { base_sha: 'b'.repeat(40), head_sha: on.sha, old_path: on.path, new_path: on.path, position_type: 'text', old_line: null, new_line: on.line ?? null } },
    };
  }

  #order(url: URL): 1 | -1 {
    return url.searchParams.get('sort') === 'asc' ? 1 : -1;
  }

  #page(request: Request, url: URL, all: readonly unknown[]): Response {
    const size = Math.min(Number(url.searchParams.get('per_page') ?? 20), this.#options.pageSize ?? 100);
    const { items, page, pages, link } = pageOf(all, url, { size, root: this.#options.ownOrigin });
    return this.#json(request, 200, items, { ...link, 'x-page': String(page), 'x-per-page': String(size), 'x-total': String(all.length), 'x-total-pages': String(pages), 'x-next-page': page < pages ? String(page + 1) : '' });
  }

  /** Before the server was started: nothing changes by itself. */
  #before(ms: number): string {
    return new Date(this.#startedMs - ms).toISOString();
  }

  #json(request: Request, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
    return jsonAnswer(request, status, body, this.#options.clock, headers);
  }
}

function isAskedFor({ state = 'opened', labels = [], author = 'ann', assignees = [] }: GitLabItem, query: URLSearchParams): boolean {
  const [wantedState, wantedLabels, wantedAuthor, assigneeId, assignee] = ['state', 'labels', 'author_username', 'assignee_id', 'assignee_username'].map((name) => query.get(name));
  if (wantedState && wantedState !== 'all' && wantedState !== state) return false;
  if (wantedLabels && !wantedLabels.split(',').every((label) => labels.includes(label))) return false;
  if (wantedAuthor && wantedAuthor !== author) return false;
  if (assigneeId === 'Any' || assigneeId === 'None') return (assignees.length > 0) === (assigneeId === 'Any');
  return !assignee || assignees.includes(assignee);
}

function userOf(username: string) {
  return { id: [...username].reduce((sum, char) => sum * 31 + char.codePointAt(0)!, 7) % 100_000, username, name: username, state: 'active' };
}
