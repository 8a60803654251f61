import { createHash } from 'node:crypto';
import type { components } from '@octokit/openapi-types';

type Schemas = components['schemas'];
export type GitHubIssue = Schemas['issue'];
export type GitHubPull = Schemas['pull-request-simple'];
export type GitHubComment = Schemas['issue-comment'];
/** As far as who makes one reads it; the rest of the schema tells of the App and of pull requests. */
export type GitHubCheck = Pick<Schemas['check-run'], 'id' | 'head_sha' | 'external_id' | 'name' | 'status' | 'conclusion' | 'started_at' | 'completed_at'> & { readonly output: Pick<Schemas['check-run']['output'], 'title' | 'summary'> };
export type GitHubReview = Schemas['pull-request-review'];
export type GitHubReviewComment = Schemas['pull-request-review-comment'];
export type GitHubFile = Schemas['diff-entry'];
export type GitHubUser = Schemas['simple-user'];
export type GitHubLabel = GitHubPull['labels'][number];

/** The addresses that objects of one repository have. */
export interface Addresses {
  /** The root of the API. */
  readonly api: string;
  /** The root for a browser. */
  readonly html: string;
  /** `owner/name`. */
  readonly repository: string;
}

export function aUser({ api, html }: Addresses, login: string): GitHubUser {
  const url = `${api}/users/${encodeURIComponent(login)}`;
  const id = idOf(`user ${login.toLowerCase()}`);
  return {
    login, id, node_id: nodeId('U', id), avatar_url: `${html}/avatars/${id}`, gravatar_id: '', url, html_url: `${html}/${login}`,
    followers_url: `${url}/followers`, following_url: `${url}/following{/other_user}`, gists_url: `${url}/gists{/gist_id}`, starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`, organizations_url: `${url}/orgs`, repos_url: `${url}/repos`, events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`, type: login.endsWith('[bot]') ? 'Bot' : 'User', site_admin: false,
  };
}

export function aLabel({ api, repository }: Addresses, name: string): GitHubLabel {
  const id = idOf(`label ${repository} ${name}`);
  return { id, node_id: nodeId('LA', id), url: `${api}/repos/${repository}/labels/${encodeURIComponent(name)}`, name, description: '', color: 'ededed', default: false };
}

export interface IssueFacts {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly user: string;
  readonly labels?: readonly string[];
  readonly state?: 'open' | 'closed';
  readonly assignees?: readonly string[];
  readonly isPull?: boolean;
  readonly at: string;
}

export function anIssue(at: Addresses, { number, title, body = null, user, labels = [], state = 'open', assignees = [], isPull = false, at: when }: IssueFacts): GitHubIssue {
  const url = `${at.api}/repos/${at.repository}/issues/${number}`;
  const html = `${at.html}/${at.repository}/${isPull ? 'pull' : 'issues'}/${number}`;
  const pull = `${at.api}/repos/${at.repository}/pulls/${number}`;
  const id = idOf(`issue ${at.repository} ${number}`);
  const assigned = assignees.map((login) => aUser(at, login));
  return {
    id, node_id: nodeId(isPull ? 'PR' : 'I', id), url, repository_url: `${at.api}/repos/${at.repository}`, labels_url: `${url}/labels{/name}`, comments_url: `${url}/comments`,
    events_url: `${url}/events`, html_url: html, number, state, state_reason: state === 'closed' ? 'completed' : null, title, body, user: aUser(at, user),
    labels: labels.map((name) => aLabel(at, name)), assignee: assigned[0] ?? null, assignees: assigned, milestone: null, locked: false, active_lock_reason: null, comments: 0,
    closed_at: state === 'closed' ? when : null, created_at: when, updated_at: when, author_association: 'NONE',
    ...isPull && { pull_request: { url: pull, html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at: null } },
  };
}

export interface PullFacts {
  readonly ref: string;
  readonly sha: string;
  readonly base?: string;
  readonly draft?: boolean;
}

/** What the list of pull requests says of an issue that is one. */
export function aPull(at: Addresses, issue: GitHubIssue, { ref, sha, base = 'main', draft = false }: PullFacts): GitHubPull {
  const url = `${at.api}/repos/${at.repository}/pulls/${issue.number}`;
  const repo = `${at.api}/repos/${at.repository}`;
  const link = (href: string) => ({ href });
  const owner = aUser(at, at.repository.split('/')[0]!);
  const end = (branch: string, commit: string) => ({ label: `${owner.login}:${branch}`, ref: branch, sha: commit, user: owner, repo: aRepository(at) });
  return {
    url, id: issue.id, node_id: issue.node_id, html_url: issue.html_url, diff_url: `${issue.html_url}.diff`, patch_url: `${issue.html_url}.patch`, issue_url: issue.url,
    commits_url: `${url}/commits`, review_comments_url: `${url}/comments`, review_comment_url: `${repo}/pulls/comments{/number}`, comments_url: issue.comments_url,
    statuses_url: `${repo}/statuses/${sha}`, number: issue.number, state: issue.state, locked: issue.locked, title: issue.title, user: issue.user, body: issue.body ?? null,
    labels: issue.labels as GitHubLabel[], milestone: null, created_at: issue.created_at, updated_at: issue.updated_at, closed_at: issue.closed_at, merged_at: null, merge_commit_sha: null,
    assignee: issue.assignee, assignees: issue.assignees, requested_reviewers: [], requested_teams: [], head: end(ref, sha), base: end(base, shaOf(`${at.repository} ${base}`)), draft,
    author_association: 'NONE', auto_merge: null,
    _links: {
      self: link(url), html: link(issue.html_url), issue: link(issue.url), comments: link(issue.comments_url), review_comments: link(`${url}/comments`),
      review_comment: link(`${repo}/pulls/comments{/number}`), commits: link(`${url}/commits`), statuses: link(`${repo}/statuses/${sha}`),
    },
  };
}

export interface CommentFacts {
  readonly id: number;
  readonly number: number;
  readonly user: string;
  readonly body: string;
  readonly at: string;
}

export function aComment(at: Addresses, { id, number, user, body, at: when }: CommentFacts): GitHubComment {
  const issue = `${at.api}/repos/${at.repository}/issues/${number}`;
  return {
    id, node_id: nodeId('IC', id), url: `${at.api}/repos/${at.repository}/issues/comments/${id}`, html_url: `${at.html}/${at.repository}/issues/${number}#issuecomment-${id}`,
    issue_url: issue, user: aUser(at, user), body, created_at: when, updated_at: when, author_association: 'NONE',
  };
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export function aReview(at: Addresses, { id, number, user, body, at: when }: CommentFacts, state: ReviewState, commit: string): GitHubReview {
  const pull = `${at.api}/repos/${at.repository}/pulls/${number}`;
  const html = `${at.html}/${at.repository}/pull/${number}#pullrequestreview-${id}`;
  return {
    id, node_id: nodeId('PRR', id), user: aUser(at, user), body, state, html_url: html, pull_request_url: pull, author_association: 'NONE', commit_id: commit,
    _links: { html: { href: html }, pull_request: { href: pull } }, ...state !== 'PENDING' && { submitted_at: when },
  };
}

export function aReviewComment(at: Addresses, { id, number, user, body, at: when }: CommentFacts, commit: string, path: string, line: number | undefined): GitHubReviewComment {
  const pull = `${at.api}/repos/${at.repository}/pulls/${number}`;
  const url = `${at.api}/repos/${at.repository}/pulls/comments/${id}`;
  const html = `${at.html}/${at.repository}/pull/${number}#discussion_r${id}`;
  return {
    url, pull_request_review_id: null, id, node_id: nodeId('PRRC', id), diff_hunk: '@@ -1 +1 @@', path, commit_id: commit, original_commit_id: commit, user: aUser(at, user), body,
    created_at: when, updated_at: when, html_url: html, pull_request_url: pull, author_association: 'NONE',
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } }, ...line !== undefined && { line, side: 'RIGHT' as const },
  };
}

export function aFile(at: Addresses, filename: string, status: GitHubFile['status'] = 'modified'): GitHubFile {
  const sha = shaOf(filename);
  return {
    sha, filename, status, additions: 1, deletions: 0, changes: 1, blob_url: `${at.html}/${at.repository}/blob/${sha}/${filename}`, raw_url: `${at.html}/${at.repository}/raw/${sha}/${filename}`,
    contents_url: `${at.api}/repos/${at.repository}/contents/${filename}?ref=${sha}`, patch: '@@ -1 +1 @@',
  };
}

/** A commit that is always the same for the same words. */
export function shaOf(words: string): string {
  return createHash('sha1').update(words).digest('hex');
}

/** Of a repository, what the two ends of a pull request tell that a client could ask for. */
function aRepository({ api, html, repository }: Addresses): GitHubPull['base']['repo'] {
  const [owner = '', name = ''] = repository.split('/');
  const id = idOf(`repository ${repository}`);
  const facts = { id, node_id: nodeId('R', id), name, full_name: repository, private: false, html_url: `${html}/${repository}`, url: `${api}/repos/${repository}`, default_branch: 'main', fork: false, description: null };
  // The schema demands eighty fields of it; the ones left out are addresses that follow from these.
  return { ...facts, owner: aUser({ api, html, repository }, owner) } as GitHubPull['base']['repo'];
}

function idOf(words: string): number {
  return Number.parseInt(createHash('sha256').update(words).digest('hex').slice(0, 8), 16);
}

function nodeId(kind: string, id: number | bigint): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}
