import type { Duration } from 'cdk8s';
import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER, checkPolling, checkPollingShape, pollIntervalOf } from '../private/polling';
import { type Problem, quote } from '../private/problem';
import { type CommentPolicy, checkCommentPolicy } from './comment-policy';
import { EventTrigger } from './event-trigger';
import type { GitHubIssueEvent } from './events';
import { type GitHubReporting, checkReporting, checkReportingShape, renderReporting } from './github-reporting';

/** Which issues become Tasks. */
export interface GitHubIssuesOptions {
  /**
   * The repository, as `owner/repo` or by its URL. Pull requests of the Tasks are meant for it.
   *
   * @default - that of the Workspace
   */
  readonly repo?: string;
  /**
   * What is looked for.
   *
   * @default - issues, and no pull requests
   */
  readonly types?: Array<'issues' | 'pulls'>;
  /**
   * Labels that an issue has to have, all of them.
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
   * The login that it has to be assigned to; `*` is anybody, `none` is nobody.
   *
   * @default - it does not matter
   */
  readonly assignee?: string;
  /**
   * The login that has to have written it.
   *
   * @default - it does not matter
   */
  readonly author?: string;
  /**
   * Logins whose issues are ruled out.
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
   * Labels in the order in which new issues become Tasks. Those without one of them come last.
   *
   * @default - they come as they are found
   */
  readonly priorityLabels?: string[];
  /**
   * What is told on the issue. An issue has no commit, so there are no check runs.
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

/** Looks for issues of a repository, again and again. Each becomes one Task. */
export class GitHubIssuesTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GitHubIssueEvent = expressionsOf<GitHubIssueEvent>('GitHubIssueEvent');
  /** @internal */
  public readonly _event = knownEvent('GitHubIssueEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GitHubIssuesOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { pollInterval, reporting, ...others } = this.options;
    return { githubIssues: { ...others, reporting: renderReporting(reporting), pollInterval: pollIntervalOf(pollInterval) } };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return [...checkPollingShape(this.options, 'trigger'), ...checkReportingShape(this.options.reporting, 'trigger.reporting')];
  }

  /** @internal */
  public _check(): Problem[] {
    const { types = [], commentPolicy, reporting } = this.options;
    return [
      ...types.filter((type) => type !== 'issues' && type !== 'pulls').map((type): Problem => ({ code: 'enum', path: 'trigger.types', got: quote(type), allowed: 'one of issues and pulls' })),
      ...checkPolling(this.options, 'trigger'),
      ...checkCommentPolicy(commentPolicy, 'trigger.commentPolicy'),
      ...checkReporting(reporting, { hasCommits: false }, 'trigger.reporting'),
    ];
  }
}
