import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import { deliverySuffix } from '../private/delivery-suffix';
import { checkGateway } from '../private/gateway-check';
import { checkJsonPath } from '../private/json-path';
import { type KnownEvent, type KnownVariable, expressionsOf, knownEvent } from '../private/known-event';
import { type Problem, quote } from '../private/problem';
import { checkEachMade } from '../private/shape';
import type { IWebhookGateway } from '../webhook-gateway';
import { EventTrigger } from './event-trigger';
import type { WebhookEvent } from './events';
import type { WebhookFilter } from './webhook-filter';

/** Which deliveries become Tasks, and what is read from them. */
export interface WebhookOptions {
  /** The last part of the path that is listened to: `/webhook/<source>`. Lower-case letters, digits and -. */
  readonly source: string;
  /**
   * What is read from the body: the name of a variable, and the JSONPath of its value. `id` is required, since deliveries with one are the same; `title`,
   * `body` and `url` are the usual ones.
   */
  readonly fieldMapping: { readonly [name: string]: string };
  /**
   * What a delivery has to be like: all of these have to match.
   *
   * @default - every delivery will do
   */
  readonly filters?: WebhookFilter[];
  /**
   * What a delivery must not be like: one that matches rules it out.
   *
   * @default - nothing
   */
  readonly excludeFilters?: WebhookFilter[];
  /**
   * The gateway whose deliveries are listened to, and no others. `source` then names no path.
   *
   * @default - those of the operator's server for any JSON
   */
  readonly gateway?: IWebhookGateway;
}

/** Listens to JSON that anything posts, signed as GitHub signs: with the secret of the install, or of a gateway that has one. */
export class WebhookTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. What `fieldMapping` calls otherwise is read with `field`. */
  public readonly event: WebhookEvent = expressionsOf<WebhookEvent>('WebhookEvent');
  /** @internal */
  public readonly _needsWorkspace = false;

  public constructor(private readonly options: WebhookOptions) {
    super();
  }

  /**
   * The expression that reads a variable of `fieldMapping`.
   *
   * @param name what it is called there
   */
  public field(name: string): string {
    if (USUAL[name] !== undefined) return `{{.${USUAL[name]}}}`;
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `{{.${name}}}` : `{{index . ${JSON.stringify(name)}}}`;
  }

  /** @internal */
  public get _event(): KnownEvent {
    const { source, fieldMapping } = this.options;
    const variables = new Map<string, KnownVariable>(knownEvent('WebhookEvent').variables);
    for (const [mapped, variable] of Object.entries(USUAL)) {
      const known = variables.get(variable)!;
      if (isMapped(fieldMapping, mapped)) variables.set(mapped, known);
      else variables.delete(variable);
    }
    for (const name of Object.keys(fieldMapping ?? {})) if (!variables.has(name)) variables.set(name, {});
    return { called: `a webhook of ${source}`, variables };
  }

  /** @internal */
  public get _suffix(): number {
    const { source, gateway } = this.options;
    return deliverySuffix([gateway?.name ?? source]);
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { source, fieldMapping, filters, excludeFilters, gateway } = this.options;
    return {
      webhook: {
        source,
        fieldMapping: fieldMapping as { [name: string]: string },
        filters: filters?.map((filter) => filter._render()),
        excludeFilters: excludeFilters?.map((filter) => filter._render()),
        gatewayRef: gateway && { name: gateway.name },
      },
    };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    const { filters = [], excludeFilters = [] } = this.options;
    return [['filters', filters] as const, ['excludeFilters', excludeFilters] as const].flatMap(([name, list]) => (Array.isArray(list)
      ? checkEachMade(list, '_render', 'WebhookFilter.equalTo(…) or .matching(…)', `trigger.${name}`)
      : [{ code: 'type', path: `trigger.${name}`, got: `a ${typeof list}`, allowed: 'it has to be a list' } as const]));
  }

  /** @internal */
  public _check(from: ApiObject): Problem[] {
    const { source, fieldMapping, filters = [], excludeFilters = [], gateway } = this.options;
    const problems = [
      ...checkGateway(from, gateway, 'generic', 'trigger.gateway'),
      ...checkMapping(fieldMapping),
      ...filters.flatMap((filter, index) => filter._check(`trigger.filters[${index}]`)),
      ...excludeFilters.flatMap((filter, index) => filter._check(`trigger.excludeFilters[${index}]`)),
      ...checkContradictions(filters, excludeFilters),
    ];
    if (gateway === undefined && (source === 'github' || source === 'linear')) {
      problems.push({ code: 'reserved-name', path: 'trigger.source', got: quote(source), allowed: `/webhook/${source} is the path of another server`, fix: 'rename it' });
    }
    return problems;
  }
}

/**
 * TypeScript only: `Trigger.webhook`, whose `event` also has a property for each variable of `fieldMapping`, so that the compiler knows which there are.
 *
 * @param options which deliveries become Tasks, and what is read from them
 */
export function webhookTrigger<const Name extends string>(options: WebhookOptions & { readonly fieldMapping: { readonly [name in Name]: string } }): MappedWebhookTrigger<Name> {
  const trigger = new WebhookTrigger(options);
  const mapped = Object.keys(options.fieldMapping).map((name) => [name, trigger.field(name)]);
  return Object.assign(trigger, { event: { ...trigger.event, ...Object.fromEntries(mapped) } }) as MappedWebhookTrigger<Name>;
}

/** TypeScript only: what `webhookTrigger` makes. */
export type MappedWebhookTrigger<Name extends string> = WebhookTrigger & { readonly event: { readonly [name in Name]: string } };

/** What of a mapping templates may also read with a capital, as that of other events. */
const USUAL: { readonly [mapped: string]: 'ID' | 'Title' | 'Body' | 'URL' } = { id: 'ID', title: 'Title', body: 'Body', url: 'URL' };

/** Names of variables that are there anyhow: which of the two a template would read is not said. */
const TAKEN = ['Kind', 'Payload', 'Context', ...Object.values(USUAL)];

function isMapped(fieldMapping: WebhookOptions['fieldMapping'] | undefined, name: string): boolean {
  return fieldMapping !== undefined && fieldMapping !== null && Object.hasOwn(fieldMapping, name);
}

function checkMapping(fieldMapping: WebhookOptions['fieldMapping'] | undefined): Problem[] {
  if (typeof fieldMapping !== 'object' || fieldMapping === null) return [];
  const problems = Object.entries(fieldMapping).flatMap(([name, expression]) => checkJsonPath(expression, `trigger.fieldMapping.${name}`));
  if (!isMapped(fieldMapping, 'id')) problems.push({ code: 'required', path: 'trigger.fieldMapping.id', allowed: 'it tells deliveries apart', fix: "say where it is, for example '$.id'" });
  for (const name of Object.keys(fieldMapping)) {
    if (name === '') problems.push({ code: 'invalid-name', path: 'trigger.fieldMapping', got: quote(name), allowed: 'it must not be empty' });
    if (TAKEN.includes(name)) problems.push({ code: 'reserved-name', path: 'trigger.fieldMapping', got: quote(name), allowed: 'templates have a variable of that name', fix: `rename it${name === 'Kind' || name === 'Payload' || name === 'Context' ? '' : `, or write ${name.toLowerCase()}`}` });
  }
  return problems;
}

/** A value is one text, and what is asked for must not be ruled out. */
function checkContradictions(filters: readonly WebhookFilter[], excludeFilters: readonly WebhookFilter[]): Problem[] {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  filters.forEach(({ field, value }, index) => {
    const other = values.get(field);
    if (value !== undefined && other !== undefined && other !== value) {
      problems.push({ code: 'never-matches', path: `trigger.filters[${index}]`, got: quote(value), allowed: `another asks that ${field} is ${quote(other)}, and all have to match`, fix: 'use WebhookFilter.matching for several values' });
    }
    if (value !== undefined) values.set(field, value);
  });
  excludeFilters.forEach(({ field, value, pattern }, index) => {
    if (filters.some((filter) => filter.field === field && filter.value === value && filter.pattern === pattern)) {
      problems.push({ code: 'never-matches', path: `trigger.excludeFilters[${index}]`, allowed: 'filters ask for the same', fix: 'take it out of one of them' });
    }
  });
  return problems;
}
