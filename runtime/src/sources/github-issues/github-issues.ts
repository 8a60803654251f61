import { hasCommands } from '../../github/comment-policy.ts';
import {
  cutShort, eventOf, type GitHubItem, type GitHubRemark, judgeItems, keptItem, labelsOf, loginOf, MOST_DETAIL_PAGES, remarkOf, reportingAnnotations, ruledOutBy, variablesOf, verdictOf,
} from '../../github/github-items.ts';
import { itemVersion } from '../../github/item-version.ts';
import { listVersion } from '../../github/list-version.ts';
import { type WatchedRepository, watchedRepository } from '../../github/watched-repository.ts';
import { joinedComments } from '../joined-comments.ts';
import type { Judged } from '../judge-each.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { EMPTY_VARIABLES } from '../polled-variables.ts';
import { readsVariables } from '../read-variables.ts';
import type { Discovery, PolledSource, SourceContext, TriggerConfig } from '../source.ts';

interface Issue extends GitHubItem {
  readonly comments: number;
  readonly pull_request?: object;
}

type Config = TriggerConfig<'githubIssues'>;

/**
 * Issues of a repository, and pull requests as far as they are issues too.
 *
 * Comments are asked for where a template or a command needs them, and again only for what was updated since.
 */
export const githubIssuesSource: PolledSource<'githubIssues'> = {
  trigger: 'githubIssues',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context): Promise<Discovery> {
    const watched = await watchedRepository('githubIssues', config.repo, context);
    const { state = 'open', labels, assignee, author } = config;
    const query = { state, labels: labels?.join(','), assignee, creator: author };
    const { client } = watched;
    const { clock, signal } = context;
    const path = `/repos/${watched.path}/issues`;
    const { items, isComplete } = await client.list<Issue>(path, { signal, query, keep: kept, versionOfPages: () => listVersion(path, { client, clock, signal }) });
    const needsComments = readsVariables(context.spawner, ['Comments']) || hasCommands(config.commentPolicy);
    const discovery = await judgeItems('issue', watched, items, (issue) => judge(issue, config, watched, context, needsComments), context);
    return { ...discovery, failed: [...discovery.failed, ...cutShort('issues', watched, items.length, isComplete)] };
  },
};

function kept(issue: Issue): Issue {
  return { ...keptItem(issue), comments: issue.comments, ...issue.pull_request && { pull_request: {} } };
}

async function judge(issue: Issue, config: Config, watched: WatchedRepository, context: SourceContext, needsComments: boolean): Promise<Judged> {
  const [kind, type] = issue.pull_request ? ['PR', 'pulls'] as const : ['Issue', 'issues'] as const;
  if (!(config.types ?? ['issues']).includes(type)) return { skipped: { filter: 'types', seen: type } };
  if (config.excludeAuthors?.includes(loginOf(issue))) return { skipped: { filter: 'excludeAuthors', seen: loginOf(issue) } };
  const excluded = labelsOf(issue).filter((label) => config.excludeLabels?.includes(label));
  if (excluded.length > 0) return { skipped: { filter: 'excludeLabels', seen: excluded.join(', ') } };

  const comments = needsComments && issue.comments > 0 ? await commentsOf(issue, watched, context) : [];
  const opening = { body: issue.body ?? '', author: loginOf(issue) };
  const verdict = await verdictOf(config.commentPolicy, { opening, comments: comments.map(remarkOf) }, watched, context);
  if (verdict.is === 'ruled-out') return ruledOutBy(verdict);

  const base = eventOf(kind === 'PR' ? 'pull-request' : 'issue', issue, watched, config.repo, verdict.command);
  return {
    event: {
      ...base,
      variables: { ...EMPTY_VARIABLES, ...variablesOf(issue, kind), Comments: joinedComments(comments.map(({ body }) => body ?? '')) },
      annotations: { ...base.annotations, ...reportingAnnotations(config.reporting, undefined) },
      ...verdict.command?.at !== undefined && config.commentPolicy?.triggerComment && { triggerTime: new Date(verdict.command.at) },
    },
  };
}

async function commentsOf(issue: Issue, { client, path }: WatchedRepository, { clock, signal }: SourceContext): Promise<GitHubRemark[]> {
  const { items } = await client.list<GitHubRemark>(`/repos/${path}/issues/${issue.number}/comments`, { signal, version: itemVersion(issue, clock), mostPages: MOST_DETAIL_PAGES });
  return items;
}
