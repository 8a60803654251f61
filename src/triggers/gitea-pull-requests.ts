import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { GiteaPullRequestEvent } from './events';
import { type FilePatterns, checkFilePatterns } from './file-patterns';
import { checkForgePollingShape, renderForgePolling } from './forge-polling';
import { type GiteaPollingOptions, checkGiteaPolling } from './gitea-polling';

/** Which pull requests become Tasks. */
export interface GiteaPullRequestsOptions extends GiteaPollingOptions {
  /**
   * Whether it has to be a draft, or must not be one.
   *
   * @default - it does not matter
   */
  readonly draft?: boolean;
  /**
   * What its reviews have to come to.
   *
   * @default 'any'
   */
  readonly reviewState?: 'approved' | 'changes_requested' | 'any';
  /**
   * Globs for the files that it changes.
   *
   * @default - they decide nothing
   */
  readonly filePatterns?: FilePatterns;
}

/**
 * Looks for pull requests of a repository on Gitea or Forgejo, again and again. Each becomes one Task.
 *
 * The reference operator does not know it, and makes no Tasks.
 */
export class GiteaPullRequestsTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GiteaPullRequestEvent = expressionsOf<GiteaPullRequestEvent>('GiteaPullRequestEvent');
  /** @internal */
  public readonly _event = knownEvent('GiteaPullRequestEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GiteaPullRequestsOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { giteaPullRequests: renderForgePolling(this.options) };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkForgePollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return [...checkGiteaPolling(this.options), ...checkFilePatterns(this.options.filePatterns, 'trigger.filePatterns')];
  }
}
