import { SOURCE_ANNOTATIONS, type GitHubCommentPolicy } from '@taskwright/schema';
import { type Judged, judgeEach } from '../sources/judge-each.ts';
import type { Discovery, SourceContext, TriggerConfig } from '../sources/source.ts';
import type { FailedEvent, SourceEvent } from '../sources/source-event.ts';
import { isAuthorized } from './actors.ts';
import { actorsOf, type Discussion, judgeComments, type PolicyVerdict, type Remark } from './comment-policy.ts';
import { GitHubError } from './github-error.ts';
import type { WatchedRepository } from './watched-repository.ts';

/** What issues and pull requests have in common, as lists of either tell of them. */
export interface GitHubItem {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
  readonly labels: readonly (string | { readonly name?: string })[];
  readonly updated_at: string;
  readonly created_at: string;
}

/** What is kept of a list, by whoever reads it: no more than is read here. */
export function keptItem({ number, title, body, html_url, user, labels, updated_at, created_at }: GitHubItem): GitHubItem {
  return { number, title, body, html_url, user: user && { login: user.login }, labels: labels.map((label) => (typeof label === 'string' ? label : label.name ?? '')), updated_at, created_at };
}

/** As lists of comments on the whole and on lines tell of one. */
export interface GitHubRemark {
  readonly body?: string | null;
  readonly user: { readonly login: string } | null;
  readonly created_at: string;
}

/** GitHub lets nobody write more than 2,500 comments, and lists no more than 3,000 files. */
export const MOST_DETAIL_PAGES = 30;

/** Judges each item by itself: what makes one fail is told of that one. A limit, a wrong token or the end of the time concern all. */
export async function judgeItems<Item extends GitHubItem>(kind: string, { path }: WatchedRepository, items: readonly Item[], judge: (item: Item) => Promise<Judged>, { signal }: SourceContext): Promise<Discovery> {
  return judgeEach(distinct(items), {
    about: ({ number }) => ({ id: String(number), summary: `${kind} #${number} of ${path}` }),
    judge,
    problemOf: (error) => (error instanceof GitHubError && error.status !== 401 && error.status !== 429 ? error.message : undefined),
    signal,
  });
}

/** That a list was cut, where it was. */
export function cutShort(kind: string, { path }: WatchedRepository, count: number, isComplete: boolean): FailedEvent[] {
  if (isComplete) return [];
  return [{ id: 'too-many', summary: `${kind} of ${path} after the first ${count}`, problem: `more are found than are looked at, which are ${count}; narrow the trigger down, by labels for instance` }];
}

export function labelsOf({ labels }: GitHubItem): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : label.name ?? '')).filter((name) => name !== '');
}

export function loginOf({ user }: Pick<GitHubItem, 'user'>): string {
  return user?.login ?? '';
}

export function remarkOf(remark: GitHubRemark): Remark {
  return { body: remark.body ?? '', author: loginOf(remark), at: remark.created_at };
}

/** Asks GitHub about those whose commands would count, and about nobody else. */
export async function verdictOf(policy: GitHubCommentPolicy | undefined, discussion: Discussion, { client, path: repository }: WatchedRepository, { signal }: SourceContext): Promise<PolicyVerdict> {
  if (!policy) return { is: 'allowed' };
  const actors = actorsOf(policy, discussion);
  const may = await Promise.all(actors.map((actor) => isAuthorized(policy, actor, { client, repository, signal })));
  const authorized = new Set(actors.filter((_, at) => may[at]));
  return judgeComments(policy, discussion, (login) => authorized.has(login));
}

/** What the verdict is told as. */
export function ruledOutBy({ field, seen }: Extract<PolicyVerdict, { is: 'ruled-out' }>): Judged {
  return { skipped: { filter: field === '' ? 'commentPolicy' : `commentPolicy.${field}`, seen } };
}

/** What is the same of every event of an item. */
export function eventOf(kind: 'issue' | 'pull-request', item: GitHubItem, { owner, name, path }: WatchedRepository, repo: string | undefined, command: Remark | undefined): Omit<SourceEvent, 'variables'> {
  const { number } = item;
  return {
    id: String(number),
    nameSuffix: String(number),
    summary: `${kind === 'issue' ? 'issue' : 'pull request'} #${number} of ${path}`,
    labels: labelsOf(item),
    annotations: { [SOURCE_ANNOTATIONS.kind]: kind, [SOURCE_ANNOTATIONS.number]: String(number), [SOURCE_ANNOTATIONS.owner]: owner, [SOURCE_ANNOTATIONS.repo]: name },
    ...repo && { upstreamRepo: path },
    origin: { actor: command?.author ?? loginOf(item), subject: `${path}#${number}`, text: command?.body ?? item.body ?? '', ...!command && { createdAt: new Date(item.created_at) } },
  };
}

/** The variables of an item of either kind. */
export function variablesOf(item: GitHubItem, kind: 'Issue' | 'PR'): Record<string, unknown> {
  return { ID: String(item.number), Number: BigInt(item.number), Title: item.title, Body: item.body ?? '', URL: item.html_url, Labels: labelsOf(item).join(', '), Kind: kind };
}

/** What reporting is to do, for the annotations of the Task. */
export function reportingAnnotations(reporting: TriggerConfig<'githubPullRequests'>['reporting'], sha: string | undefined): Record<string, string> {
  const { enabled, comments, checks } = reporting ?? {};
  return {
    ...sha && { [SOURCE_ANNOTATIONS.sha]: sha },
    ...(enabled || comments) && { [SOURCE_ANNOTATIONS.githubReporting]: 'enabled', [SOURCE_ANNOTATIONS.githubCommentMode]: comments?.mode ?? 'PerTask' },
    ...checks && { [SOURCE_ANNOTATIONS.githubChecks]: 'enabled', ...checks.name && { [SOURCE_ANNOTATIONS.githubCheckName]: checks.name } },
  };
}

/** An item that moved from one page to the next between two requests is on both. */
function distinct<Item extends GitHubItem>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.number, item])).values()];
}
