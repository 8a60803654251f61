import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { GitLabIssueEvent } from './events';
import { checkForgePollingShape, renderForgePolling } from './forge-polling';
import { type GitLabPollingOptions, checkGitLabPolling } from './gitlab-polling';

/** Which issues become Tasks. */
export interface GitLabIssuesOptions extends GitLabPollingOptions {
  /**
   * The state that it has to have.
   *
   * @default 'opened'
   */
  readonly state?: 'opened' | 'closed' | 'all';
  /**
   * The username of whom it has to be assigned to; `*` is anybody, `none` is nobody.
   *
   * @default - it does not matter
   */
  readonly assignee?: string;
}

/**
 * Looks for issues of a project on GitLab, again and again. Each becomes one Task.
 *
 * The reference operator does not know it, and makes no Tasks.
 */
export class GitLabIssuesTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GitLabIssueEvent = expressionsOf<GitLabIssueEvent>('GitLabIssueEvent');
  /** @internal */
  public readonly _event = knownEvent('GitLabIssueEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GitLabIssuesOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { gitlabIssues: renderForgePolling(this.options) };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkForgePollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return checkGitLabPolling(this.options);
  }
}
