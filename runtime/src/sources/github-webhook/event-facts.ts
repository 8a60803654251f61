import type { GitHubDelivery } from './delivery.ts';
import { type Payload, isRecord, listAt, numberAt, recordAt, textAt, valueAt } from './payload-reading.ts';

/** What a delivery tells, by the words of filters and variables. A text that it lacks is empty. */
export interface EventFacts {
  readonly event: string;
  readonly action: string;
  readonly sender: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly owner: string;
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly number?: number;
  readonly body: string;
  readonly url: string;
  readonly ref: string;
  readonly branch: string;
  readonly tag: string;
  readonly refType: string;
  readonly headSha: string;
  readonly commentBody: string;
  readonly commentUrl: string;
  /** Of something that is checked: left out for all else, to which criteria of checks do not apply. */
  readonly check?: CheckFacts;
  /** Of an issue, a pull request or a discussion: left out for all else, to which their criteria do not apply. */
  readonly subject?: SubjectFacts;
  /** What patterns are held against: left out where there is no text that somebody wrote. */
  readonly text?: string;
  /** Who opened the pull request that it is about. */
  readonly pullRequestAuthor: string;
  /** It is a comment on a pull request, whose branch and commit the payload lacks. */
  readonly lacksHead: boolean;
  /** Why its branch could not be asked for. */
  readonly whyNoHead?: string;
  /** Left out for pull requests, whose payload lacks them. */
  readonly changedFiles?: readonly string[];
}

export interface SubjectFacts {
  readonly kind: 'issue' | 'pull-request' | 'discussion';
  readonly labels: readonly string[];
  readonly state: string;
  /** Left out where the payload does not tell, so that the criterion does not apply. */
  readonly isDraft?: boolean;
}

export interface CheckFacts {
  readonly name: string;
  /** Empty while it runs. */
  readonly conclusion: string;
  readonly app: string;
}

/** What every event may have; each has some of it. */
const NOTHING = {
  id: '', title: '', body: '', url: '', ref: '', branch: '', tag: '', refType: '', headSha: '', commentBody: '', commentUrl: '', pullRequestAuthor: '', lacksHead: false, changedFiles: [],
} satisfies Partial<EventFacts>;

/**
 * What a delivery tells. Takes payloads of any shape: a value of another type than GitHub documents is one that is not there.
 *
 * The reference knows nothing but the sender of the events that it does not list (docs/compatibility.md, "Events of GitHub").
 */
export function eventFacts({ event, payload }: Pick<GitHubDelivery, 'event' | 'payload'>): EventFacts {
  return {
    ...NOTHING,
    event,
    action: textAt(payload, 'action'),
    sender: textAt(payload, 'sender', 'login'),
    repository: textAt(payload, 'repository', 'full_name'),
    owner: textAt(payload, 'repository', 'owner', 'login'),
    name: textAt(payload, 'repository', 'name'),
    ...FACTS.get(event)?.(payload),
  };
}

type Facts = Partial<EventFacts>;

const FACTS: ReadonlyMap<string, (payload: Payload) => Facts> = new Map([
  ['issues', (payload) => issue(payload)],
  ['issue_comment', issueComment],
  ['pull_request', (payload) => pullRequest(payload)],
  ['pull_request_target', (payload) => pullRequest(payload)],
  ['pull_request_review', (payload) => ({ ...pullRequest(payload), ...comment(payload, 'review') })],
  ['pull_request_review_comment', (payload) => ({ ...pullRequest(payload), ...comment(payload, 'comment') })],
  ['pull_request_review_thread', (payload) => ({ ...pullRequest(payload), text: undefined })],
  ['discussion', discussion],
  ['discussion_comment', (payload) => ({ ...discussion(payload), ...comment(payload, 'comment') })],
  ['commit_comment', commitComment],
  ['push', push],
  ['create', (payload) => reference(payload, 'created')],
  ['delete', (payload) => reference(payload, 'deleted')],
  ['release', release],
  ['check_run', checkRun],
  ['check_suite', checkSuite],
  ['workflow_run', (payload) => workflow(payload, 'workflow_run')],
  ['workflow_job', (payload) => workflow(payload, 'workflow_job')],
  ['workflow_dispatch', (payload) => atRef(textAt(payload, 'ref'))],
  ['repository_dispatch', (payload) => ({ branch: textAt(payload, 'branch') })],
  ['deployment', deployment],
  ['deployment_status', deployment],
  ['status', status],
  ['merge_group', mergeGroup],
]);

function issue(payload: Payload): Facts {
  const subject = recordAt(payload, 'issue');
  return { ...numbered(subject, isRecord(valueAt(subject, 'pull_request')) ? 'pull-request' : 'issue'), text: textAt(subject, 'body') };
}

function issueComment(payload: Payload): Facts {
  const facts = issue(payload);
  const isOnPullRequest = facts.subject?.kind === 'pull-request';
  return {
    ...facts,
    ...comment(payload, 'comment'),
    ...(isOnPullRequest && { lacksHead: true, changedFiles: undefined, pullRequestAuthor: textAt(payload, 'issue', 'user', 'login') }),
  };
}

function pullRequest(payload: Payload): Facts {
  const subject = recordAt(payload, 'pull_request');
  const facts = numbered(subject, 'pull-request');
  return {
    ...facts,
    subject: { ...facts.subject, isDraft: valueAt(subject, 'draft') === true },
    branch: textAt(subject, 'head', 'ref'),
    headSha: textAt(subject, 'head', 'sha'),
    pullRequestAuthor: textAt(subject, 'user', 'login'),
    text: facts.body,
    changedFiles: undefined,
  };
}

function discussion(payload: Payload): Facts {
  const facts = numbered(recordAt(payload, 'discussion'), 'discussion');
  return { ...facts, text: facts.body };
}

function numbered(subject: Payload | undefined, kind: SubjectFacts['kind']) {
  const number = numberAt(subject, 'number');
  return {
    id: number === undefined ? '' : `${number}`,
    number,
    title: textAt(subject, 'title'),
    body: textAt(subject, 'body'),
    url: textAt(subject, 'html_url'),
    subject: { kind, labels: listAt(subject, 'labels').map((label) => textAt(label, 'name')).filter((name) => name !== ''), state: textAt(subject, 'state') },
  };
}

function comment(payload: Payload, member: 'comment' | 'review'): Facts {
  const commentBody = textAt(payload, member, 'body');
  return { commentBody, commentUrl: textAt(payload, member, 'html_url'), text: commentBody };
}

function commitComment(payload: Payload): Facts {
  const headSha = textAt(payload, 'comment', 'commit_id');
  return { ...comment(payload, 'comment'), id: idOf(payload, 'comment'), title: headSha === '' ? '' : `Comment on ${headSha}`, url: textAt(payload, 'comment', 'html_url'), headSha };
}

function push(payload: Payload): Facts {
  const facts = atRef(textAt(payload, 'ref'));
  return {
    ...facts,
    id: textAt(payload, 'head_commit', 'id'),
    title: `Push to ${facts.branch}`,
    headSha: textAt(payload, 'head_commit', 'id'),
    changedFiles: filesOf(listAt(payload, 'commits')),
  };
}

function filesOf(commits: readonly unknown[]): string[] {
  const files = commits.flatMap((commit) => ['added', 'removed', 'modified'].flatMap((change) => listAt(commit, change)));
  return [...new Set(files.filter((file) => typeof file === 'string'))];
}

function reference(payload: Payload, done: 'created' | 'deleted'): Facts {
  const [ref, refType] = [textAt(payload, 'ref'), textAt(payload, 'ref_type')];
  const [branch, tag] = [refType === 'branch' ? ref : '', refType === 'tag' ? ref : ''];
  const title = branch !== '' ? `Branch ${done}: ${branch}` : tag !== '' ? `Tag ${done}: ${tag}` : '';
  return { id: ref, title, ref, refType, branch, tag };
}

function release(payload: Payload): Facts {
  const made = recordAt(payload, 'release');
  return { id: idOf(payload, 'release'), title: textAt(made, 'name'), body: textAt(made, 'body'), url: textAt(made, 'html_url'), tag: textAt(made, 'tag_name') };
}

function checkRun(payload: Payload): Facts {
  const run = recordAt(payload, 'check_run');
  const linked = pullRequestOf(run);
  return {
    id: idOf(payload, 'check_run'),
    number: numberAt(linked, 'number'),
    title: textAt(run, 'name'),
    url: textAt(run, 'html_url'),
    branch: textAt(linked, 'head', 'ref'),
    headSha: textAt(run, 'head_sha'),
    check: { name: textAt(run, 'name'), conclusion: textAt(run, 'conclusion'), app: textAt(run, 'app', 'name') },
  };
}

function checkSuite(payload: Payload): Facts {
  const suite = recordAt(payload, 'check_suite');
  const app = textAt(suite, 'app', 'name');
  return {
    id: idOf(payload, 'check_suite'),
    number: numberAt(pullRequestOf(suite), 'number'),
    title: app,
    branch: textAt(suite, 'head_branch'),
    headSha: textAt(suite, 'head_sha'),
    check: { name: app, conclusion: textAt(suite, 'conclusion'), app },
  };
}

function workflow(payload: Payload, member: 'workflow_run' | 'workflow_job'): Facts {
  const run = recordAt(payload, member);
  return {
    id: idOf(payload, member),
    number: numberAt(pullRequestOf(run), 'number'),
    title: textAt(run, 'name'),
    url: textAt(run, 'html_url'),
    branch: textAt(run, 'head_branch'),
    headSha: textAt(run, 'head_sha'),
    check: { name: textAt(run, 'name'), conclusion: textAt(run, 'conclusion'), app: '' },
  };
}

/** The first that has a head: of a pull request from a fork GitHub tells nothing here. */
function pullRequestOf(run: Payload | undefined): unknown {
  return listAt(run, 'pull_requests').find((linked) => isRecord(valueAt(linked, 'head')));
}

function deployment(payload: Payload): Facts {
  const deployed = recordAt(payload, 'deployment');
  const environment = textAt(deployed, 'environment');
  return {
    id: idOf(payload, 'deployment'),
    title: environment === '' ? '' : `Deployment to ${environment}`,
    // What was deployed may be called by its branch, its tag or its commit; only a workflow tells which.
    ref: textAt(deployed, 'ref'),
    branch: textAt(payload, 'workflow_run', 'head_branch'),
    headSha: textAt(deployed, 'sha'),
  };
}

function status(payload: Payload): Facts {
  const headSha = textAt(payload, 'sha');
  const branch = listAt(payload, 'branches').find((candidate) => textAt(candidate, 'commit', 'sha') === headSha);
  const id = numberAt(payload, 'id');
  return { id: id === undefined ? '' : `${id}`, title: textAt(payload, 'context'), url: textAt(payload, 'target_url'), branch: textAt(branch, 'name'), headSha };
}

function mergeGroup(payload: Payload): Facts {
  const headSha = textAt(payload, 'merge_group', 'head_sha');
  const base = atRef(textAt(payload, 'merge_group', 'base_ref')).branch;
  return { ...atRef(textAt(payload, 'merge_group', 'head_ref')), id: headSha, title: base === '' ? '' : `Merge group for ${base}`, headSha };
}

function atRef(ref: string): { readonly ref: string; readonly branch: string } {
  return { ref, branch: ref.startsWith(BRANCHES) ? ref.slice(BRANCHES.length) : '' };
}

const BRANCHES = 'refs/heads/';

function idOf(payload: Payload, member: string): string {
  const id = numberAt(payload, member, 'id');
  return id === undefined ? '' : `${id}`;
}
