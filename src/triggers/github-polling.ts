import type { Duration } from 'cdk8s';
import { checkPolling, checkPollingShape, pollIntervalOf } from '../private/polling';
import type { Problem } from '../private/problem';
import { type CommentPolicy, checkCommentPolicy } from './comment-policy';
import { type GitHubReporting, checkReporting, checkReportingShape, renderReporting } from './github-reporting';

/** Which issues or pull requests of a repository become Tasks. */
export interface GitHubPollingOptions {
  /**
   * The repository, as `owner/repo` or by its URL. Pull requests of the Tasks are meant for it.
   *
   * @default - that of the Workspace
   */
  readonly repo?: string;
  /**
   * Labels that an item has to have, all of them.
   *
   * @default - none has to be there
   */
  readonly labels?: string[];
  /**
   * Labels of which it may have none.
   *
   * @default - any will do
   */
  readonly excludeLabels?: string[];
  /**
   * The state that it has to have.
   *
   * @default 'open'
   */
  readonly state?: 'open' | 'closed' | 'all';
  /**
   * The login that has to have opened it.
   *
   * @default - it does not matter
   */
  readonly author?: string;
  /**
   * Logins whose items are ruled out.
   *
   * @default - none
   */
  readonly excludeAuthors?: string[];
  /**
   * Commands in comments, and who may give them.
   *
   * @default - comments decide nothing
   */
  readonly commentPolicy?: CommentPolicy;
  /**
   * Labels in the order in which new items become Tasks. Those without one of them come last.
   *
   * @default - they come as they are found
   */
  readonly priorityLabels?: string[];
  /**
   * What is told on the item. Only a pull request has a commit for check runs.
   *
   * @default - nothing
   */
  readonly reporting?: GitHubReporting[];
  /**
   * The time between two looks.
   *
   * @default Duration.minutes(5)
   */
  readonly pollInterval?: Duration;
}

/** As the wire has them, with what only one of the two asks besides. */
export function renderGitHubPolling<Options extends GitHubPollingOptions>({ pollInterval, reporting, ...others }: Options) {
  return { ...others, reporting: renderReporting(reporting), pollInterval: pollIntervalOf(pollInterval) };
}

export function checkGitHubPollingShape(options: GitHubPollingOptions): Problem[] {
  return [...checkPollingShape(options, 'trigger'), ...checkReportingShape(options.reporting, 'trigger.reporting')];
}

/** What the schema does not say of what issues and pull requests have in common. */
export function checkGitHubPolling(options: GitHubPollingOptions, { hasCommits }: { hasCommits: boolean }): Problem[] {
  return [
    ...checkPolling(options, 'trigger'),
    ...checkCommentPolicy(options.commentPolicy, 'trigger.commentPolicy'),
    ...checkReporting(options.reporting, { hasCommits }, 'trigger.reporting'),
  ];
}
