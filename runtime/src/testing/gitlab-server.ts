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
  /** Emoji, each with who gave it. */
  readonly emoji?: readonly string[];
  /** ISO 8601. @default a day before the server was started */
  readonly createdAt?: string;
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

interface Status {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly status: string;
  readonly description: string | null;
}

interface Project {
  /** Of commits, the oldest first. */
  statuses: Status[];
  issues: GitLabItem[];
  mergeRequests: GitLabMergeRequest[];
  /** Access levels by username. */
  members: Record<string, number>;
  isPrivate: boolean;
}

/**
 * The part of GitLab's REST API, version 4, that tells of issues and merge requests, as its documentation describes it: filters, pages with `Link` and `X-Next-Page`, ETags, notes, diffs, approvals,
 * reviewers and members, and takes notes, statuses, labels and emoji; and what it answers to what is wrong. It is called in place of `fetch`.
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
    const stored = { statuses: [], issues: [], mergeRequests: [], members: {}, isPrivate: false, ...project };
    this.#projects.set(path, stored);
    return stored;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const url = new URL(request.url);
    const record = { url, method: request.method, authorization: request.headers.get('authorization'), status: 0 };
    this.requests.push(record);
    const answer = this.fault?.(url) ?? this.#answer(request, url, request.method === 'GET' ? {} : JSON.parse(await request.text() || '{}') as Body);
    record.status = answer.status;
    return answer;
  };

  #answer(request: Request, url: URL, body: Body): Response {
    const { root = 'https://gitlab.com', tokens = {} } = this.#options;
    const api = `${root}/api/v4/`;
    if (!url.href.startsWith(api)) return new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } });
    const authorization = request.headers.get('authorization');
    const user = tokens[authorization?.replace(/^Bearer /, '') ?? ''];
    if (authorization !== null && user === undefined) return this.#json(request, 401, { message: '401 Unauthorized' });
    if (url.href === `${api}user`) return this.#json(request, user === undefined ? 401 : 200, user === undefined ? { message: '401 Unauthorized' } : userOf(user));
    const [, encoded = '', below = ''] = /^projects\/([^/?]+)\/?([^?]*)/.exec(url.href.slice(api.length)) ?? [];
    const path = decodeURIComponent(encoded);
    const project = this.#projects.get(path);
    if (!project || (project.isPrivate && !(user !== undefined && user in project.members))) return this.#json(request, 404, { message: '404 Project Not Found' });
    if (request.method === 'GET') return this.#read(request, url, path, project, below.split('/'));
    if (user === undefined) return this.#json(request, 401, { message: '401 Unauthorized' });
    return this.#change(request, project, user, body, below.split('/'));
  }

  #read(request: Request, url: URL, path: string, project: Project, [what, number, detail]: readonly string[]): Response {
    if (what === 'members') return this.#page(request, url, this.#membersOf(project, url));
    if (what === 'repository' && number === 'commits') return this.#page(request, url, project.statuses.filter(({ sha, name }) => sha === detail && name === (url.searchParams.get('name') ?? name)));
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

  #change(request: Request, project: Project, user: string, body: Body, [what, number, detail, id]: readonly string[]): Response {
    if (what === 'statuses') return this.#setStatus(request, project, number ?? '', body);
    const all: GitLabItem[] = what === 'issues' ? project.issues : project.mergeRequests;
    const at = all.findIndex(({ iid }) => iid === Number(number));
    const item = all[at];
    if (!item) return this.#json(request, 404, { message: '404 Not found' });
    const replace = (changed: Partial<GitLabItem>) => all.splice(at, 1, { ...item, ...changed });
    const notes = item.notes ?? [];
    if (detail === undefined) {
      const [add, remove] = [body.add_labels, body.remove_labels].map((labels) => (labels ?? '').split(',').filter((label) => label !== ''));
      replace({ labels: [...new Set([...item.labels ?? [], ...add!])].filter((label) => !remove!.includes(label)) });
      return this.#json(request, 200, { iid: item.iid, labels: all[at]!.labels });
    }
    if (detail === 'award_emoji') {
      const given = `${body.name} ${user}`;
      if (item.emoji?.includes(given)) return this.#json(request, 404, { message: '404 Award Emoji Name has already been taken Not Found' });
      replace({ emoji: [...item.emoji ?? [], given] });
      return this.#json(request, 201, { id: 1, name: body.name, user: userOf(user) });
    }
    if (detail !== 'notes') return this.#json(request, 404, { error: '404 Not Found' });
    if ((body.body ?? '').trim() === '') return this.#json(request, 400, { message: { note: ["can't be blank"] } });
    const known = notes.findIndex((note, index) => (note.id ?? index + 1) === Number(id));
    if (id !== undefined && known < 0) return this.#json(request, 404, { message: '404 Note Not Found' });
    const own = { id: id === undefined ? 5_000 + this.requests.length : Number(id), body: body.body!, author: user, at: this.#options.clock.now().toISOString() };
    replace({ notes: id === undefined ? [...notes, own] : notes.with(known, { ...notes[known], ...own, at: notes[known]!.at ?? own.at }) });
    return this.#json(request, id === undefined ? 201 : 200, this.#shownNote(own, 0));
  }

  /** One for each name and commit, which goes from state to state. */
  #setStatus(request: Request, project: Project, sha: string, { state = '', name = 'default', description = null }: Body): Response {
    if (!/^[0-9a-f]{40}$/.test(sha)) return this.#json(request, 404, { message: '404 Commit Not Found' });
    const known = project.statuses.find((status) => status.sha === sha && status.name === name);
    if (known?.status === state) return this.#json(request, 400, { message: `Cannot transition status via :${state} from :${state} (Reason(s): Status cannot transition via "${state}")` });
    const status = { id: known?.id ?? 100 + project.statuses.length, sha, name, status: state, description };
    project.statuses = [...project.statuses.filter((other) => other !== known), status];
    return this.#json(request, 201, status);
  }

  #membersOf({ members }: Project, url: URL) {
    const query = url.searchParams.get('query') ?? '';
    return Object.entries(members).filter(([name]) => name.toLowerCase().includes(query.toLowerCase())).map(([name, level]) => ({ ...userOf(name), state: 'active', access_level: level }));
  }

  #shown(item: GitLabMergeRequest, path: string, kind: 'issues' | 'mergeRequests') {
    const { root = 'https://gitlab.com' } = this.#options;
    const { iid, title = `Item ${iid}`, description = null, state = 'opened', author = 'ann', labels = [], assignees = [], notes = [], createdAt = this.#before(86_400_000) } = item;
    const common = {
      id: 1_000 + iid, iid, title, description, state, labels, author: userOf(author), assignees: assignees.map(userOf), user_notes_count: notes.filter(({ system }) => !system).length,
      web_url: `${root}/${path}/-/${kind === 'issues' ? 'issues' : 'merge_requests'}/${iid}`, created_at: createdAt, updated_at: this.#before(3_600_000),
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

/** What is sent to change something. */
interface Body {
  readonly body?: string;
  readonly name?: string;
  readonly state?: string;
  readonly description?: string | null;
  readonly add_labels?: string;
  readonly remove_labels?: string;
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
