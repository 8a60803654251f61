import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import { type Problem, quote } from '../private/problem';
import { itemsIn } from '../private/shape';
import { EventTrigger } from './event-trigger';
import type { GitHubIssueEvent } from './events';
import { type GitHubPollingOptions, checkGitHubPolling, checkGitHubPollingShape, renderGitHubPolling } from './github-polling';
import { reportingAnnotations } from './github-reporting';

/** Which issues become Tasks. */
export interface GitHubIssuesOptions extends GitHubPollingOptions {
  /**
   * What is looked for.
   *
   * @default - issues, and no pull requests
   */
  readonly types?: Array<'issues' | 'pulls'>;
  /**
   * The login that it has to be assigned to; `*` is anybody, `none` is nobody.
   *
   * @default - it does not matter
   */
  readonly assignee?: string;
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
    return { githubIssues: renderGitHubPolling(this.options) };
  }

  /** @internal */
  public _annotations(): { readonly [name: string]: string } {
    return reportingAnnotations(this.options.reporting);
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkGitHubPollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return [
      ...itemsIn<string>(this.options.types).filter((type) => type !== 'issues' && type !== 'pulls').map((type): Problem => ({ code: 'enum', path: 'trigger.types', got: quote(type), allowed: 'one of issues and pulls' })),
      ...checkGitHubPolling(this.options, { hasCommits: false }),
    ];
  }
}
