import { SPAWNED_ANNOTATIONS, type TaskSpawner } from '@taskwright/schema';
import { type ConfigMap } from '@taskwright/schema/kubernetes';
import { isScheduleFault, parseSchedule } from 'cdk8s-taskwright/schedule';
import { newestTicks } from '../../src/sources/cron/ticks.ts';
import { decisionsIn, decisionsNameOf } from '../../src/spawners/decision-log.ts';
import type { Life } from '../faults/history.ts';
import { NAMESPACE } from '../faults/shape.ts';
import type { Run } from './run.ts';

/** More ticks than any life has. */
const MOST_TICKS = 100;
/** A clock that is wrong, which decisions have their times of, is so by this much at most. */
const MOST_WRONG_MS = 300_000;

/** An event of a TaskSpawner, and when somebody asked for it again, where that was. */
interface Happened {
  readonly id: string;
  readonly askedAt?: string;
}

/** What was told and taken, what can be seen by who looks, and what the clock says, became a Task, or a decision that is written down with its reason. */
export function noEventLost(run: Pick<Run, 'history' | 'outside' | 'endedAt'>): string[] {
  const { history } = run;
  const untaken = run.outside.untaken > 0 ? [`${run.outside.untaken} deliveries were never taken`] : [];
  return [...untaken, ...history.of('TaskSpawner').filter(({ goneAt }) => goneAt === undefined).flatMap((spawner) => (
    happenedTo(spawner.last as TaskSpawner, run).filter((event) => !isMade(event, spawner, history) && !isDecided(event, spawner, history))
      .map(({ id, askedAt }) => `event ${id}${askedAt === undefined ? '' : `, asked for at ${askedAt},`} of TaskSpawner "${spawner.name}" has neither a Task nor a decision`)))];
}

function happenedTo({ metadata, spec: { when, suspend } }: TaskSpawner, { outside, endedAt }: Pick<Run, 'outside' | 'endedAt'>): Happened[] {
  const { githubIssues, githubPullRequests, webhook, cron } = when;
  if (suspend) return [];
  if (webhook) return [...outside.acknowledged.get(webhook.gatewayRef?.name ?? '') ?? []].map((id) => ({ id: `generic-${NAMESPACE}/${webhook.gatewayRef!.name}-${id}` }));
  const polled = githubIssues ?? githubPullRequests;
  if (polled) {
    const repository = outside.github.repositories.get(polled.repo!.toLowerCase());
    const seen = [...repository?.issues.values() ?? []].filter(({ state, labels, pull_request: pull }) => state === 'open' && (pull === undefined) === (githubIssues !== undefined) && (polled.labels ?? []).every((wanted) => labels.some((label) => label === wanted || (label as { name?: string }).name === wanted)));
    return seen.flatMap(({ number }) => {
      const asked = repository!.commentsOf(number).filter(({ body }) => body === polled.commentPolicy?.triggerComment);
      return [{ id: String(number) }, ...asked.map(({ created_at: askedAt }) => ({ id: String(number), askedAt: new Date(askedAt).toISOString() }))];
    });
  }
  const schedule = parseSchedule(cron?.schedule ?? '');
  if (isScheduleFault(schedule)) return [];
  return newestTicks(schedule, new Date(metadata.creationTimestamp!), endedAt, MOST_TICKS).ticks.map((tick) => ({ id: tick.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-') }));
}

function isMade({ id, askedAt }: Happened, { uid }: Life, history: Run['history']): boolean {
  return history.of('Task').some(({ ownerUid, last: { metadata: { annotations = {} } } }) => (
    ownerUid === uid && annotations[SPAWNED_ANNOTATIONS.eventId] === id && (askedAt === undefined || annotations[SPAWNED_ANNOTATIONS.triggerTime] === askedAt)));
}

/** Of what was asked for again, since then. That it is known says nothing of why there is no Task. */
function isDecided({ id, askedAt }: Happened, { last }: Life, history: Run['history']): boolean {
  const kept = history.of('ConfigMap').filter(({ name, goneAt }) => name === decisionsNameOf(last as TaskSpawner) && goneAt === undefined).flatMap((life) => decisionsIn(life.last as ConfigMap));
  const since = askedAt === undefined ? -Infinity : Date.parse(askedAt) - MOST_WRONG_MS;
  return kept.some(({ event, outcome, filter, reason, at, last: lastAt = at }) => event === id && (outcome === 'Skipped' || outcome === 'Refused') && (filter ?? reason) !== undefined && Date.parse(lastAt) >= since);
}
