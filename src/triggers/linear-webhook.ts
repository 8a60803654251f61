import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import { deliverySuffix } from '../private/delivery-suffix';
import { checkGateway } from '../private/gateway-check';
import { expressionsOf, knownEvent } from '../private/known-event';
import { duplicatesOf } from '../private/names';
import { type Problem, quote } from '../private/problem';
import { itemsIn, textsIn } from '../private/shape';
import { suggestionFor } from '../private/suggestion';
import type { IWebhookGateway } from '../webhook-gateway';
import { EventTrigger } from './event-trigger';
import type { LinearWebhookEvent } from './events';

/** What an event of Linear has to be like. Everything that is asked for has to hold; upper and lower case are the same. */
export interface LinearWebhookFilter {
  /**
   * The resource that the filter is for. Of others it lets none pass.
   *
   * @default - every one
   */
  readonly type?: string;
  /**
   * What has to have been done with it.
   *
   * @default - anything
   */
  readonly action?: 'create' | 'update' | 'remove';
  /**
   * Names of workflow states, of which it has to be in one.
   *
   * @default - any
   */
  readonly states?: string[];
  /**
   * Labels that it has to have, all of them. A comment has those of its issue; for them the operator needs a key for the API of Linear.
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
}

/** Which events of Linear become Tasks. */
export interface LinearWebhookOptions {
  /** Resources that are listened to, such as `Issue` or `Comment`. */
  readonly types: string[];
  /**
   * What an event has to be like: one of these has to match.
   *
   * @default - every event will do
   */
  readonly filters?: LinearWebhookFilter[];
  /**
   * The gateway whose deliveries are listened to, and no others.
   *
   * @default - those of the operator's server for Linear
   */
  readonly gateway?: IWebhookGateway;
}

/** Listens to webhooks of Linear. */
export class LinearWebhookTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: LinearWebhookEvent = expressionsOf<LinearWebhookEvent>('LinearWebhookEvent');
  /** @internal */
  public readonly _event = knownEvent('LinearWebhookEvent');
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: LinearWebhookOptions) {
    super();
  }

  /** @internal */
  public get _suffix(): number {
    const { types } = this.options;
    return deliverySuffix(Array.isArray(types) ? types : []);
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { types, filters, gateway } = this.options;
    return { linearWebhook: { types, filters, gatewayRef: gateway && { name: gateway.name } } };
  }

  /** @internal */
  public _check(from: ApiObject): Problem[] {
    const { types, filters, gateway } = this.options;
    const problems = checkGateway(from, gateway, 'linear', 'trigger.gateway');
    if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) return problems;
    problems.push(...types.flatMap((type, index) => checkType(type, `trigger.types[${index}]`)));
    for (const twice of duplicatesOf(types.map(lowered))) problems.push({ code: 'duplicate', path: 'trigger.types', got: quote(twice), fix: 'keep one of them' });
    problems.push(...itemsIn<LinearWebhookFilter | null>(filters).flatMap((filter, index) => checkFilter(filter, types, `trigger.filters[${index}]`)));
    return problems;
  }
}

/** What Linear has webhooks for. There may be more by now: only a slip is told. */
const KNOWN_TYPES = [
  'Attachment', 'Comment', 'Customer', 'CustomerNeed', 'Cycle', 'Document', 'Initiative', 'InitiativeUpdate', 'Issue', 'IssueLabel', 'IssueSLA', 'Project', 'ProjectUpdate',
  'Reaction', 'User',
];

function checkType(type: string, path: string): Problem[] {
  if (type.trim() === '') return [{ code: 'required', path, fix: 'name a resource, such as Issue' }];
  if (KNOWN_TYPES.some((known) => lowered(known) === lowered(type))) return [];
  const near = suggestionFor(type, KNOWN_TYPES);
  return near ? [{ code: 'never-matches', path, got: quote(type), fix: `did you mean ${near}?` }] : [];
}

function checkFilter(filter: LinearWebhookFilter | null, types: readonly string[], path: string): Problem[] {
  if (filter === null) return [{ code: 'type', path, got: 'nothing', allowed: 'it has to be an object' }];
  const { type, labels, excludeLabels } = filter;
  const problems: Problem[] = [];
  if (typeof type === 'string' && type !== '' && !types.some((listened) => lowered(listened) === lowered(type))) {
    problems.push({ code: 'never-matches', path: `${path}.type`, got: quote(type), allowed: 'it is not in types', fix: 'add it to them, or correct it' });
  }
  const wanted = textsIn(labels).map(lowered);
  for (const label of textsIn(excludeLabels).filter((excluded) => wanted.includes(lowered(excluded)))) {
    problems.push({ code: 'never-matches', path: `${path}.excludeLabels`, got: quote(label), allowed: 'it is in labels too', fix: 'take it out of one of them' });
  }
  return problems;
}

function lowered(text: string): string {
  return `${text}`.toLowerCase();
}
