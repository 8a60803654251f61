import type { Duration } from 'cdk8s';
import { checkHttpUrl } from '../private/http-url';
import { checkPolling, checkPollingShape, pollIntervalOf } from '../private/polling';
import type { Problem } from '../private/problem';
import { type CommandPolicy, checkCommentPolicy } from './comment-policy';
import { type ForgeReporting, checkForgeReporting, checkForgeReportingShape, renderForgeReporting } from './forge-reporting';

/** Which issues, merge requests or pull requests of a forge become Tasks. */
export interface ForgePollingOptions {
  /**
   * The root of the forge. The token of the Workspace is sent to the host of its repository alone; another is asked without one.
   *
   * @default - the host of the Workspace's repository, by HTTPS
   */
  readonly baseUrl?: string;
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
   * The username of who has to have opened it.
   *
   * @default - it does not matter
   */
  readonly author?: string;
  /**
   * Usernames whose items are ruled out.
   *
   * @default - none
   */
  readonly excludeAuthors?: string[];
  /**
   * Labels in the order in which new items become Tasks. Those without one of them come last.
   *
   * @default - they come as they are found
   */
  readonly priorityLabels?: string[];
  /**
   * What is told on the item. An issue has no commit for a status.
   *
   * @default - nothing
   */
  readonly reporting?: ForgeReporting[];
  /**
   * The time between two looks.
   *
   * @default Duration.minutes(5)
   */
  readonly pollInterval?: Duration;
}

/** What makes commands in comments of a forge count. A command is a line that stands alone. */
export interface ForgeCommentPolicy {
  /**
   * The command that has to be there, in the text or in a comment.
   *
   * @default - none has to be
   */
  readonly triggerComment?: string;
  /**
   * Commands that rule it out. With a `triggerComment` the newest command of somebody who may give one counts.
   *
   * @default - none
   */
  readonly excludeComments?: string[];
  /**
   * Usernames whose commands count, beside those of everybody with the access that is asked for.
   *
   * @default - nobody by name
   */
  readonly allowedUsers?: string[];
}

/** As the wire has them, with what only one of them asks besides. */
export function renderForgePolling<Options extends ForgePollingOptions>({ pollInterval, reporting, ...others }: Options) {
  return { ...others, reporting: renderForgeReporting(reporting), pollInterval: pollIntervalOf(pollInterval) };
}

export function checkForgePollingShape(options: ForgePollingOptions): Problem[] {
  return [...checkPollingShape(options, 'trigger'), ...checkForgeReportingShape(options.reporting, 'trigger.reporting')];
}

interface ForgeChecks {
  readonly policy: CommandPolicy | undefined;
  /** The root of one, for messages. */
  readonly example: string;
}

/** What the schema does not say of what they have in common. */
export function checkForgePolling(options: ForgePollingOptions, { policy, example }: ForgeChecks): Problem[] {
  return [
    ...(options.baseUrl === undefined ? [] : checkHttpUrl(options.baseUrl, 'trigger.baseUrl', example)),
    ...checkPolling(options, 'trigger'),
    ...checkCommentPolicy(policy, 'trigger.commentPolicy'),
    ...checkForgeReporting(options.reporting, 'trigger.reporting'),
  ];
}
