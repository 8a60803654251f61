import { hasCommands, type Remark } from '../../github/comment-policy.ts';
import {
  cutShort, eventOf, type GitHubItem, type GitHubRemark, judgeItems, keptItem, labelsOf, loginOf, MOST_DETAIL_PAGES, remarkOf, reportingAnnotations, ruledOutBy, variablesOf, verdictOf,
} from '../../github/github-items.ts';
import { GitHubError } from '../../github/github-error.ts';
import { itemVersion } from '../../github/item-version.ts';
import { listVersion } from '../../github/list-version.ts';
import { type Review, reviewOutcome } from '../../github/review-state.ts';
import { type WatchedRepository, watchedRepository } from '../../github/watched-repository.ts';
import { filesMatch, hasFilePatterns } from '../file-patterns.ts';
import { joinedComments } from '../joined-comments.ts';
import type { Judged } from '../judge-each.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { EMPTY_VARIABLES } from '../polled-variables.ts';
import { readsVariables } from '../read-variables.ts';
import type { Discovery, PolledSource, SourceContext, TriggerConfig } from '../source.ts';
import { type LineComment, lineComments } from './line-comments.ts';

interface Pull extends GitHubItem {
  readonly draft?: boolean;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly sha: string };
}

type Config = TriggerConfig<'githubPullRequests'>;

/** What has to be asked for each pull request, besides the list. */
interface Needs {
  readonly files: boolean;
  readonly reviews: boolean;
  readonly conversation: boolean;
  readonly lines: boolean;
}

/** GitHub lists no more of a pull request. */
const MOST_FILES = 3_000;

/**
 * Pull requests of a repository.
 *
 * Files, reviews and comments are asked for where a filter, a template or a command needs them, and again only for what was updated since.
 */
export const githubPullRequestsSource: PolledSource<'githubPullRequests'> = {
  trigger: 'githubPullRequests',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context): Promise<Discovery> {
    const watched = await watchedRepository('githubPullRequests', config.repo, context);
    const query = { state: config.state ?? 'open', sort: 'updated', direction: 'desc' };
    const { client } = watched;
    const { clock, signal } = context;
    const path = `/repos/${watched.path}/pulls`;
    const { items, isComplete } = await client.list<Pull>(path, { signal, query, keep: kept, versionOfPages: () => listVersion(path, { client, clock, signal }) });
    const needs = needsOf(config, context);
    const discovery = await judgeItems('pull request', watched, items, (pull) => judge(pull, config, watched, context, needs), context);
    return { ...discovery, failed: [...discovery.failed, ...cutShort('pull requests', watched, items.length, isComplete)] };
  },
};

function needsOf({ filePatterns, reviewState = 'any', commentPolicy }: Config, { spawner }: SourceContext): Needs {
  const commands = hasCommands(commentPolicy);
  return {
    files: hasFilePatterns(filePatterns),
    reviews: commands || reviewState !== 'any' || readsVariables(spawner, ['ReviewState']),
    conversation: commands || readsVariables(spawner, ['Comments']),
    lines: commands || readsVariables(spawner, ['ReviewComments']),
  };
}

function kept(pull: Pull): Pull {
  const { draft, head, base } = pull;
  return { ...keptItem(pull), draft, head: { ref: head.ref, sha: head.sha }, base: { sha: base.sha } };
}

async function judge(pull: Pull, config: Config, watched: WatchedRepository, context: SourceContext, needs: Needs): Promise<Judged> {
  const ruledOut = ruledOutByList(pull, config);
  if (ruledOut) return { skipped: ruledOut };

  if (needs.files) {
    const files = await filesOf(pull, watched, context);
    if (!filesMatch(config.filePatterns ?? {}, files)) return { skipped: { filter: 'filePatterns', seen: files.join(', ') || 'no files' } };
  }

  const detail = <T>(isNeeded: boolean, path: string) => (isNeeded ? details<T>(path, pull, watched, context) : []);
  const reviews = await detail<Review & { readonly body?: string }>(needs.reviews, `pulls/${pull.number}/reviews`);
  const review = reviewOutcome(reviews, pull.head.sha);
  const { reviewState = 'any' } = config;
  if (reviewState !== 'any' && reviewState !== review.state) return { skipped: { filter: 'reviewState', seen: review.state || 'neither approved nor changes requested' } };

  const conversation = await detail<GitHubRemark>(needs.conversation, `issues/${pull.number}/comments`);
  const lines = await detail<LineComment>(needs.lines, `pulls/${pull.number}/comments`);
  const comments = [...conversation.map(remarkOf), ...lines.map(remarkOf), ...reviews.flatMap(reviewRemark)];
  const verdict = await verdictOf(config.commentPolicy, { opening: { body: pull.body ?? '', author: loginOf(pull) }, comments }, watched, context);
  if (verdict.is === 'ruled-out') return ruledOutBy(verdict);

  const base = eventOf('pull-request', pull, watched, config.repo, verdict.command);
  const triggerTime = latestOf(config.commentPolicy?.triggerComment ? verdict.command?.at : undefined, reviewState === 'any' ? undefined : review.at);
  return {
    event: {
      ...base,
      variables: {
        ...EMPTY_VARIABLES, ...variablesOf(pull, 'PR'), Branch: pull.head.ref, ReviewState: review.state,
        Comments: joinedComments(conversation.map(({ body }) => body ?? '')), ReviewComments: joinedComments(lineComments(lines, pull.head.sha)),
      },
      annotations: { ...base.annotations, ...reportingAnnotations(config.reporting, pull.head.sha) },
      origin: { ...base.origin, branch: pull.head.ref },
      ...triggerTime && { triggerTime },
    },
  };
}

/** What the list tells by itself, in the order of the reference. */
function ruledOutByList(pull: Pull, { author, excludeAuthors, draft, excludeLabels, labels }: Config): { filter: string; seen: string } | undefined {
  const [login, has] = [loginOf(pull), labelsOf(pull)];
  if (author && author !== login) return { filter: 'author', seen: login };
  if (excludeAuthors?.includes(login)) return { filter: 'excludeAuthors', seen: login };
  if (draft !== undefined && draft !== (pull.draft ?? false)) return { filter: 'draft', seen: String(pull.draft ?? false) };
  const excluded = has.filter((label) => excludeLabels?.includes(label));
  if (excluded.length > 0) return { filter: 'excludeLabels', seen: excluded.join(', ') };
  return labels?.every((label) => has.includes(label)) ?? true ? undefined : { filter: 'labels', seen: has.join(', ') || 'no labels' };
}

async function filesOf(pull: Pull, { client, path }: WatchedRepository, { signal }: SourceContext): Promise<string[]> {
  const version = `${pull.head.sha} ${pull.base.sha}`;
  const { items } = await client.list<{ filename: string }>(`/repos/${path}/pulls/${pull.number}/files`, { signal, version, mostPages: MOST_DETAIL_PAGES });
  if (items.length >= MOST_FILES) throw new GitHubError(`it changes ${MOST_FILES} files or more, and GitHub lists no others; filePatterns cannot be held against them`, { status: 200 });
  return items.map(({ filename }) => filename);
}

async function details<T>(path: string, pull: Pull, watched: WatchedRepository, { clock, signal }: SourceContext): Promise<T[]> {
  const { items } = await watched.client.list<T>(`/repos/${watched.path}/${path}`, { signal, version: itemVersion(pull, clock), mostPages: MOST_DETAIL_PAGES });
  return items;
}

/** What a reviewer wrote beside the verdict. */
function reviewRemark({ body = '', user, submitted_at: at }: Review & { readonly body?: string }): Remark[] {
  return body.trim() === '' ? [] : [{ body, author: user?.login ?? '', at }];
}

function latestOf(commandAt: string | undefined, reviewAt: Date | undefined): Date | undefined {
  const times = [...commandAt === undefined ? [] : [new Date(commandAt)], ...reviewAt ? [reviewAt] : []];
  return times.length === 0 ? undefined : new Date(Math.max(...times.map(Number)));
}
