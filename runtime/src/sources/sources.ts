import { cronSource } from './cron/cron.ts';
import { giteaIssuesSource } from './gitea-issues/gitea-issues.ts';
import { giteaPullRequestsSource } from './gitea-pull-requests/gitea-pull-requests.ts';
import { githubIssuesSource } from './github-issues/github-issues.ts';
import { githubPullRequestsSource } from './github-pull-requests/github-pull-requests.ts';
import { gitlabIssuesSource } from './gitlab-issues/gitlab-issues.ts';
import { gitlabMergeRequestsSource } from './gitlab-merge-requests/gitlab-merge-requests.ts';
import { jiraSource } from './jira/jira.ts';
import type { PolledSource, TriggerName } from './source.ts';

/** Keeps the types of a source together, so that sources of different triggers fit into one list. */
export function polled<Name extends TriggerName>(source: PolledSource<Name>): PolledSource {
  return source as unknown as PolledSource;
}

/** Every source that is looked at. */
export const polledSources: readonly PolledSource[] = [
  polled(cronSource),
  polled(githubIssuesSource),
  polled(githubPullRequestsSource),
  polled(giteaIssuesSource),
  polled(giteaPullRequestsSource),
  polled(gitlabIssuesSource),
  polled(gitlabMergeRequestsSource),
  polled(jiraSource),
];
