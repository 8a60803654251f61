import { createHash } from 'node:crypto';
import type { OwnAccount, SkippedEvent, SourceEvent } from '../source-event.ts';
import type { PushedSource, SourceContext, TriggerConfig } from '../source.ts';
import { askLinear } from './linear-api.ts';
import { factsOf, type LinearDelivery, type LinearFacts } from './linear-delivery.ts';
import type { LinearLabels } from './linear-labels.ts';

type Config = TriggerConfig<'linearWebhook'>;
type Filter = NonNullable<Config['filters']>[number];

const MOST_SEEN = 200;

/** Webhooks of Linear (reference §4.9). A comment says nothing of the labels of its issue; where a filter asks for them, Linear is asked. */
export function linearWebhookSource(labels: LinearLabels): PushedSource<'linearWebhook', LinearDelivery> {
  return {
    trigger: 'linearWebhook',
    async match(config, delivery, context) {
      const facts = factsOf(delivery.payload);
      const known = needsLabels(config, facts) ? await askLabels(labels, facts, delivery, context) : facts;
      return judge(config, known, delivery, context.clock.now());
    },
  };
}

async function askLabels(labels: LinearLabels, facts: LinearFacts, { apiKey }: LinearDelivery, context: SourceContext): Promise<LinearFacts> {
  if (apiKey === undefined) {
    context.log.warn({ issue: facts.issueId }, 'the labels of an issue of Linear are not known: there is no LINEAR_API_KEY');
    return facts;
  }
  return { ...facts, labels: await labels.of(facts.issueId, apiKey, context) };
}

function needsLabels({ filters = [] }: Config, facts: LinearFacts): boolean {
  if (facts.type !== 'Comment' || facts.labels !== undefined || facts.issueId === '') return false;
  return filters.some((filter) => isFor(filter, facts) && ((filter.labels ?? []).length > 0 || (filter.excludeLabels ?? []).length > 0));
}

function judge(config: Config, facts: LinearFacts, { id, payload, apiKey }: LinearDelivery, now: Date): SourceEvent | SkippedEvent {
  const suffix = createHash('sha256').update(id).digest('hex').slice(0, 12);
  const kind = facts.type.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40) || 'linear';
  const about = { id, summary: `Linear delivery ${suffix} (${kind})` };
  const against = ruledOut(config, facts);
  if (against) return { ...about, filter: against.filter, seen: against.seen.slice(0, MOST_SEEN) };
  const { actor, text } = facts;
  return {
    ...about,
    nameSuffix: `${kind}-${suffix}`,
    variables: variablesOf(facts, payload),
    labels: facts.labels ?? [],
    annotations: {},
    origin: {
      subject: `linear/${facts.issueId || facts.id}`,
      ...(actor === undefined ? {} : { actor }),
      ...(text === undefined ? {} : { text }),
      ...(isSame(facts.action, 'create') && facts.issueId === '' && { createdAt: now }),
      ...(apiKey !== undefined && { own: ownAccount(apiKey) }),
    },
  };
}

/** Whose the key is that the gateway or the operator was given. */
function ownAccount(apiKey: string): OwnAccount {
  return {
    key: `linear ${createHash('sha256').update(apiKey).digest('base64url')}`,
    async ask(how) {
      const name = (await askLinear<{ readonly viewer?: { readonly name?: unknown } }>('whose the key is', { query: 'query Viewer { viewer { name } }' }, apiKey, how))?.viewer?.name;
      if (typeof name !== 'string' || name === '') throw new Error('Linear does not say whose the key is');
      return name;
    },
  };
}

function variablesOf({ id, title, type, action, state, labels = [], issueId }: LinearFacts, payload: LinearDelivery['payload']): SourceEvent['variables'] {
  return { ID: id, Title: title, Kind: 'LinearWebhook', Type: type, Action: action, State: state, Labels: labels.join(', '), IssueID: issueId, Payload: withLabels(payload, issueId, labels) };
}

/** What was asked for is where the payload of another version of Linear has it. */
function withLabels(payload: LinearDelivery['payload'], issueId: string, labels: readonly string[]): LinearDelivery['payload'] {
  const data = payload.data as { issue?: { labels?: unknown } } | undefined;
  if (issueId === '' || labels.length === 0 || (Array.isArray(data?.issue?.labels) && data.issue.labels.length > 0)) return payload;
  return { ...payload, data: { ...data, issue: { ...data?.issue, labels: labels.map((name) => ({ name })) } } };
}

interface Against {
  readonly filter: string;
  readonly seen: string;
}

function ruledOut({ types, filters = [] }: Config, facts: LinearFacts): Against | undefined {
  if (!includes(types, facts.type)) return { filter: 'types', seen: facts.type };
  if (filters.length === 0) return undefined;
  const reasons = filters.map((filter, index) => reasonAgainst(filter, facts, `filters[${index}]`));
  return reasons.every((reason) => reason !== undefined) ? reasons.at(-1) : undefined;
}

function reasonAgainst(filter: Filter, facts: LinearFacts, where: string): Against | undefined {
  const { action, states = [], labels = [], excludeLabels = [] } = filter;
  if (!isFor(filter, facts)) return { filter: `${where}.type`, seen: facts.type };
  if (action && !isSame(action, facts.action)) return { filter: `${where}.action`, seen: facts.action };
  if (states.length > 0 && !includes(states, facts.state)) return { filter: `${where}.states`, seen: facts.state };
  const has = facts.labels ?? [];
  const seen = facts.labels === undefined ? 'the labels are not known' : has.join(', ');
  if (!labels.every((label) => includes(has, label))) return { filter: `${where}.labels`, seen };
  if (excludeLabels.some((label) => includes(has, label))) return { filter: `${where}.excludeLabels`, seen };
  return undefined;
}

function isFor({ type }: Filter, facts: LinearFacts): boolean {
  return !type || isSame(type, facts.type);
}

function includes(texts: readonly string[], text: string): boolean {
  return texts.some((candidate) => isSame(candidate, text));
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
