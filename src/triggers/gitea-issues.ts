import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { GiteaIssueEvent } from './events';
import { checkForgePollingShape, renderForgePolling } from './forge-polling';
import { type GiteaPollingOptions, checkGiteaPolling } from './gitea-polling';

/** Which issues become Tasks. */
export interface GiteaIssuesOptions extends GiteaPollingOptions {
  /**
   * The username of whom it has to be assigned to; `*` is anybody, `none` is nobody.
   *
   * @default - it does not matter
   */
  readonly assignee?: string;
}

/**
 * Looks for issues of a repository on Gitea or Forgejo, again and again. Each becomes one Task.
 *
 * The reference operator does not know it, and makes no Tasks.
 */
export class GiteaIssuesTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GiteaIssueEvent = expressionsOf<GiteaIssueEvent>('GiteaIssueEvent');
  /** @internal */
  public readonly _event = knownEvent('GiteaIssueEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GiteaIssuesOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { giteaIssues: renderForgePolling(this.options) };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkForgePollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return checkGiteaPolling(this.options);
  }
}
