import type { ApiObject, Duration } from 'cdk8s';
import type * as l1 from '../l1';
import { checkHttpUrl } from '../private/http-url';
import { checkJql } from '../private/jql';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER, checkPolling, checkPollingShape, pollIntervalOf } from '../private/polling';
import { type Problem, quote } from '../private/problem';
import { checkSecret } from '../private/secret-check';
import type { ISecretRef } from '../secret-ref';
import { EventTrigger } from './event-trigger';
import type { JiraIssueEvent } from './events';

/** Which issues of Jira become Tasks. */
export interface JiraOptions {
  /** The root of Jira, such as `https://acme.atlassian.net`. */
  readonly baseUrl: string;
  /** The key of the project, such as `SHOP`. */
  readonly project: string;
  /**
   * How Jira is asked. In the cloud: an API token under the key `JIRA_TOKEN`, and the address of who it belongs to under `JIRA_USER`. Elsewhere: a personal
   * access token under `JIRA_TOKEN` alone.
   */
  readonly secret: ISecretRef;
  /**
   * What issues have to match besides, in JQL. An `ORDER BY` at its end holds.
   *
   * @default - every issue of the project
   */
  readonly jql?: string;
  /**
   * The time between two looks.
   *
   * @default Duration.minutes(5)
   */
  readonly pollInterval?: Duration;
}

/** Looks for issues of a project in Jira, again and again. Each becomes one Task. */
export class JiraTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: JiraIssueEvent = expressionsOf<JiraIssueEvent>('JiraIssueEvent');
  /** @internal */
  public readonly _event = knownEvent('JiraIssueEvent');
  /** @internal */
  public readonly _needsWorkspace = false;

  public constructor(private readonly options: JiraOptions) {
    super();
  }

  /** A dash and the key of an issue. @internal */
  public get _suffix(): number {
    return 1 + `${this.options.project}`.length + LONGEST_NUMBER;
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { baseUrl, project, secret, jql, pollInterval } = this.options;
    return { jira: { baseUrl, project, secretRef: { name: secret?.name }, jql, pollInterval: pollIntervalOf(pollInterval) } };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkPollingShape(this.options, 'trigger');
  }

  /** @internal */
  public _check(from: ApiObject): Problem[] {
    const { baseUrl, project, secret, jql, pollInterval } = this.options;
    const problems = [
      ...checkHttpUrl(baseUrl, 'trigger.baseUrl', 'https://acme.atlassian.net'),
      ...checkSecret(from, secret, isInCloud(baseUrl) ? ['JIRA_TOKEN', 'JIRA_USER'] : ['JIRA_TOKEN'], 'Jira', 'trigger.secret'),
      ...(jql === undefined ? [] : checkJql(jql, 'trigger.jql')),
      ...checkPolling({ pollInterval }, 'trigger'),
    ];
    // It becomes a part of the query as it is.
    if (typeof project === 'string' && !/^\w+$/.test(project)) {
      problems.push({ code: 'pattern', path: 'trigger.project', got: quote(project), allowed: 'it has to be the key of a project, such as SHOP' });
    }
    return problems;
  }
}

/** Jira in the cloud knows no tokens without a user. */
function isInCloud(baseUrl: unknown): boolean {
  return typeof baseUrl === 'string' && /^https?:\/\/[^/]+\.atlassian\.net(\/|$)/i.test(baseUrl);
}
