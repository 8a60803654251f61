import { createHash } from 'node:crypto';
import { GITHUB_EVENTS, SOURCE_ANNOTATIONS, type TaskSpawner } from '@taskwright/schema';
import { readsVariables } from '../read-variables.ts';
import type { EventOrigin, SkippedEvent, SourceEvent } from '../source-event.ts';
import type { PushedSource, TriggerConfig } from '../source.ts';
import type { GitHubDelivery } from './delivery.ts';
import { type EventFacts, eventFacts } from './event-facts.ts';
import { eventVariables } from './event-variables.ts';
import { type Judgement, type Missing, judge } from './matches.ts';
import { withMissing } from './missing-facts.ts';

type Config = TriggerConfig<'githubWebhook'>;

/** Whether GitHub has such an event. One that it has not is answered, and concerns nobody. */
export function isKnownEvent(event: string): boolean {
  return known.has(event);
}

const known: ReadonlySet<string> = new Set(GITHUB_EVENTS);

/**
 * Deliveries of GitHub. Each that a trigger waits for is one event.
 *
 * GitHub is asked only for what a filter, a template or a report needs and the payload lacks.
 *
 * **Errors** SourceError when it does not say that.
 */
export const githubWebhook: PushedSource<'githubWebhook', GitHubDelivery> = {
  trigger: 'githubWebhook',
  async match(config, delivery, context): Promise<SourceEvent | SkippedEvent> {
    let facts = factsOf(delivery);
    let judgement: Judgement;
    while ((judgement = judge(config, facts)).outcome === 'unknown') facts = await withMissing(judgement.missing, facts, delivery, context);
    if (judgement.outcome === 'miss') return { id: delivery.id, summary: summaryOf(facts), filter: judgement.filter, seen: judgement.seen };
    for (const missing of wantedOf(config, facts, context.spawner)) facts = await withMissing(missing, facts, delivery, context);
    return eventOf(config, facts, delivery, context.clock.now());
  },
};

/** A hundred spawners look at one delivery. */
const factsOfDeliveries = new WeakMap<GitHubDelivery, EventFacts>();

function factsOf(delivery: GitHubDelivery): EventFacts {
  const facts = factsOfDeliveries.get(delivery) ?? eventFacts(delivery);
  factsOfDeliveries.set(delivery, facts);
  return facts;
}

/** What is not known yet, and somebody reads. */
function wantedOf({ reporting }: Config, { lacksHead, changedFiles }: EventFacts, spawner: TaskSpawner): readonly Missing[] {
  const wantsHead = lacksHead && (reporting?.checks !== undefined || readsVariables(spawner, ['Branch', 'HeadSHA']));
  const wantsFiles = changedFiles === undefined && readsVariables(spawner, ['ChangedFiles']);
  return [...(wantsHead ? ['head' as const] : []), ...(wantsFiles ? ['files' as const] : [])];
}

function eventOf(config: Config, facts: EventFacts, delivery: GitHubDelivery, now: Date): SourceEvent {
  return {
    id: delivery.id,
    nameSuffix: `${facts.event.replaceAll('_', '-')}-${createHash('sha256').update(delivery.id).digest('hex').slice(0, 12)}`,
    summary: summaryOf(facts),
    variables: eventVariables(facts, delivery.payload),
    labels: facts.subject?.labels ?? [],
    annotations: reportingOf(config, facts, delivery.gateway),
    origin: originOf(facts, now),
  };
}

/** What was written may be long, and the marker of our own words is at its end. */
const LONGEST_TEXT = 65_536;

/** Whose issue, pull request or discussion there is now. */
const OPENINGS: ReadonlySet<string> = new Set(['issues', 'pull_request', 'discussion']);

function originOf({ sender, branch, commentBody, ...facts }: EventFacts, now: Date): EventOrigin {
  const subject = subjectOf(facts);
  return {
    ...(sender !== '' && { actor: sender }),
    ...(subject !== '' && { subject }),
    ...(branch !== '' && { branch }),
    ...(commentBody !== '' && { text: commentBody.slice(-LONGEST_TEXT) }),
    ...((facts.action === 'opened' || facts.action === 'created') && OPENINGS.has(facts.event) && { createdAt: now }),
  };
}

/** For people: `issues (opened), acme/shop#42`. What strangers may word freely is not in it. */
function summaryOf({ event, action, ...facts }: EventFacts): string {
  const about = subjectOf(facts) || (isRepository(facts.repository) ? facts.repository : '');
  return `${event}${/^[a-z_]{1,64}$/.test(action) && event !== 'repository_dispatch' ? ` (${action})` : ''}${about === '' ? '' : `, ${about}`}`;
}

function subjectOf({ repository, number }: Pick<EventFacts, 'repository' | 'number'>): string {
  return number !== undefined && isRepository(repository) ? `${repository}#${number}` : '';
}

function isRepository(name: string): boolean {
  return /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(name);
}

/** For the reporter: an issue or pull request that can be commented on, and the commit that can be checked. */
function reportingOf({ reporting }: Config, { number, owner, name, headSha, subject, check }: EventFacts, gateway: string | undefined): Readonly<Record<string, string>> {
  const hasComments = reporting?.comments !== undefined || reporting?.enabled === true;
  const kind = subject?.kind ?? (check && 'pull-request');
  if (number === undefined || owner === '' || name === '' || kind === undefined || kind === 'discussion' || (!hasComments && reporting?.checks === undefined)) return {};
  return {
    [SOURCE_ANNOTATIONS.kind]: kind,
    [SOURCE_ANNOTATIONS.number]: `${number}`,
    [SOURCE_ANNOTATIONS.owner]: owner,
    [SOURCE_ANNOTATIONS.repo]: name,
    ...(gateway !== undefined && { [SOURCE_ANNOTATIONS.webhookGateway]: gateway }),
    ...(hasComments && { [SOURCE_ANNOTATIONS.githubReporting]: 'enabled', [SOURCE_ANNOTATIONS.githubCommentMode]: reporting?.comments?.mode ?? 'PerTask' }),
    ...(reporting?.checks !== undefined && headSha !== '' && {
      [SOURCE_ANNOTATIONS.githubChecks]: 'enabled',
      [SOURCE_ANNOTATIONS.sha]: headSha,
      ...(reporting.checks.name && { [SOURCE_ANNOTATIONS.githubCheckName]: reporting.checks.name }),
    }),
  };
}
