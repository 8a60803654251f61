import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import { deliverySuffix } from '../private/delivery-suffix';
import { gitHubEvents } from '../private/event-variables';
import { checkGateway } from '../private/gateway-check';
import { type KnownEvent, expressionsOf, knownEvent } from '../private/known-event';
import { duplicatesOf } from '../private/names';
import { type Problem, quote } from '../private/problem';
import { checkEachMade, itemsIn } from '../private/shape';
import { typeName } from '../private/structural';
import { suggestionFor } from '../private/suggestion';
import type { IWebhookGateway } from '../webhook-gateway';
import { EventTrigger } from './event-trigger';
import type { GitHubWebhookEvent } from './events';
import { type GitHubReporting, checkReporting, checkReportingShape, renderReporting, reportingAnnotations } from './github-reporting';
import type { GitHubWebhookFilter } from './github-webhook-filter';

/** Which events of GitHub become Tasks. */
export interface GitHubWebhookOptions {
  /**
   * The events, by the names that GitHub gives them; at most 20.
   *
   * @default - those of `filters`
   */
  readonly events?: string[];
  /**
   * The repository that an event has to come from, as `owner/repo`, exactly.
   *
   * @default - any that sends its events here
   */
  readonly repository?: string;
  /**
   * Logins whose events are ruled out, whatever the filters say. That of the agents belongs here, or what one writes wakes the next.
   *
   * @default - none
   */
  readonly excludeAuthors?: string[];
  /**
   * What an event has to be like: one of them, for that event, has to match; at most 50.
   *
   * @default - every event will do
   */
  readonly filters?: GitHubWebhookFilter[];
  /**
   * What an event must not be like: one that matches rules it out, whatever the filters say; at most 20.
   *
   * @default - none
   */
  readonly excludeFilters?: GitHubWebhookFilter[];
  /**
   * What is told on the issue or the pull request.
   *
   * @default - nothing
   */
  readonly reporting?: GitHubReporting[];
  /**
   * The gateway whose deliveries are listened to.
   *
   * @default - the server of the operator for GitHub
   */
  readonly gateway?: IWebhookGateway;
}

/** Events that are of a pull request by their name. */
const PULL_REQUEST_EVENTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment', 'pull_request_target'];

/** Listens to events of GitHub. Each becomes one Task. */
export class GitHubWebhookTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. What only some of the events have comes to nothing in the others. */
  public readonly event: GitHubWebhookEvent;
  /** @internal */
  public readonly _event: KnownEvent;
  /** @internal */
  public readonly _suffix: number;
  /** @internal */
  public readonly _needsWorkspace = true;
  private readonly events: readonly string[];

  public constructor(private readonly options: GitHubWebhookOptions) {
    super();
    this.events = Array.isArray(options.events) ? options.events : eventsOf(options.filters);
    this.event = expressionsOf<GitHubWebhookEvent>('GitHubWebhookEvent', this.events);
    this._event = knownEvent('GitHubWebhookEvent', this.events);
    this._suffix = deliverySuffix(this.events);
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { filters, excludeFilters, reporting, gateway, ...others } = this.options;
    return {
      githubWebhook: {
        ...others,
        events: [...this.events],
        filters: filters?.map((filter) => filter._render()),
        excludeFilters: excludeFilters?.map((filter) => filter._render()),
        reporting: renderReporting(reporting),
        gatewayRef: gateway && { name: gateway.name },
      },
    };
  }

  /** @internal */
  public _annotations(): { readonly [name: string]: string } {
    return reportingAnnotations(this.options.reporting);
  }

  /** @internal */
  public _checkShape(): Problem[] {
    const { events, filters, excludeFilters, reporting } = this.options;
    return [
      ...checkList(events, 'trigger.events'),
      ...checkFilters(filters, 'trigger.filters'),
      ...checkFilters(excludeFilters, 'trigger.excludeFilters'),
      ...checkReportingShape(reporting, 'trigger.reporting'),
    ];
  }

  /** @internal */
  public _check(from: ApiObject): Problem[] {
    const { filters = [], excludeFilters = [], reporting, repository, gateway } = this.options;
    const hasCommits = this.events.some((event) => PULL_REQUEST_EVENTS.includes(event)) || this.hasOnlyCommentsOnPullRequests();
    return [
      ...this.checkEvents(),
      ...(typeof repository === 'string' && !/^[\w.-]+\/[\w.-]+$/.test(repository) ? [{ code: 'pattern', path: 'trigger.repository', got: quote(repository), allowed: 'it has to be owner/repo' } as const] : []),
      ...filters.flatMap((filter, index) => [...this.checkEventOf(filter, `trigger.filters[${index}]`), ...filter._check(`trigger.filters[${index}]`, { isExclusion: false })]),
      ...excludeFilters.flatMap((filter, index) => [...this.checkEventOf(filter, `trigger.excludeFilters[${index}]`), ...filter._check(`trigger.excludeFilters[${index}]`, { isExclusion: true })]),
      ...checkReporting(reporting, { hasCommits, fix: 'listen to pull_request, or filter issue_comment by commentOn: \'PullRequest\'' }, 'trigger.reporting'),
      ...this.checkOwnComments(),
      ...checkGateway(from, gateway ?? undefined, 'github', 'trigger.gateway'),
    ];
  }

  private checkEvents(): Problem[] {
    if (this.events.length === 0) return [{ code: 'required', path: 'trigger.events', fix: 'name the events, or pass filters' }];
    const known = gitHubEvents();
    const { filters } = this.options;
    return [
      ...this.events.filter((event) => typeof event === 'string' && !known.includes(event)).map((event): Problem => {
        const near = suggestionFor(event, known);
        return { code: 'enum', path: 'trigger.events', got: quote(event), allowed: 'it has to be the name of an event of GitHub', fix: near && `did you mean ${near}?` };
      }),
      ...duplicatesOf(this.events).map((event): Problem => ({ code: 'duplicate', path: 'trigger.events', got: quote(event), fix: 'keep one of them' })),
      ...(filters && filters.length > 0 ? this.events.filter((event) => !filters.some((filter) => filter.event === event)) : []).map((event): Problem => ({
        code: 'never-matches', path: 'trigger.events', got: quote(event), allowed: 'none of the filters is for it, which rules it out', fix: `add GitHubWebhookFilter.otherEvent(${quote(event)}), or take it out`,
      })),
    ];
  }

  private checkEventOf({ event }: GitHubWebhookFilter, path: string): Problem[] {
    if (event === undefined || this.events.includes(event)) return [];
    return [{ code: 'never-matches', path, got: quote(event), allowed: `the trigger listens to ${this.events.join(', ')}`, fix: 'add it to events' }];
  }

  /** What it tells in comments are comments. */
  private checkOwnComments(): Problem[] {
    const { filters = [], excludeFilters = [], excludeAuthors, reporting = [] } = this.options;
    const comments = filters.filter(({ event }) => event === 'issue_comment');
    const hearsItself = comments.length === 0 ? filters.length === 0 : comments.some((filter) => !filter._isNotForEverybody);
    const index = reporting.findIndex(({ kind }) => kind === 'comments');
    if (index < 0 || !this.events.includes('issue_comment') || !hearsItself || itemsIn(excludeAuthors).length > 0 || excludeFilters.some((filter) => filter._isNotForEverybody)) return [];
    return [{ code: 'wakes-itself', path: `trigger.reporting[${index}]`, allowed: 'it listens to issue_comment, and its own comments are some', fix: 'add the login that it comments with to excludeAuthors, or ask for an author or a bodyPattern in the filters' }];
  }

  private hasOnlyCommentsOnPullRequests(): boolean {
    const comments = (this.options.filters ?? []).filter(({ event }) => event === 'issue_comment');
    return this.events.includes('issue_comment') && comments.length > 0 && comments.every((filter) => filter._isOnPullRequests);
  }
}

function eventsOf(filters: readonly GitHubWebhookFilter[] | undefined): string[] {
  const events = Array.isArray(filters) ? filters.map((filter: GitHubWebhookFilter | undefined) => filter?.event) : [];
  return [...new Set(events.filter((event) => event !== undefined))];
}

function checkList(list: unknown, path: string): Problem[] {
  return list === undefined || Array.isArray(list) ? [] : [{ code: 'type', path, got: typeName(list), allowed: 'it has to be a list' }];
}

function checkFilters(filters: GitHubWebhookFilter[] | undefined, path: string): Problem[] {
  const misshapen = checkList(filters, path);
  return misshapen.length > 0 ? misshapen : checkEachMade(filters ?? [], '_render', 'GitHubWebhookFilter.issueComment({ … }) or another', path);
}
