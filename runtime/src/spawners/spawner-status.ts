import { isDeepStrictEqual } from 'node:util';
import type { TaskSpawner, TaskSpawnerStatus } from '@taskwright/schema';
import { type Condition, conditionOf } from '../kube/condition.ts';
import { mergePatch } from '../kube/merge-patch.ts';
import { parseKubeTime, toKubeTime } from '../kube/time.ts';
import { cleanText } from '../tasks/outcome/clean-text.ts';
import { LOOP_DETECTED, stoppedLoopOf } from './loop-breaker.ts';
import type { Obstacle } from './obstacle.ts';

export interface SpawnerFacts {
  readonly spawner: TaskSpawner;
  readonly obstacle: Obstacle | undefined;
  /** Why nobody may make anything for now; left out when everybody may. */
  readonly pausedBecause?: string;
  /** What a look has found; left out for a spawner that is told, and one that was not looked at yet. */
  readonly look?: LookResult;
  /** It is told of its events, and never looks. */
  readonly isTold: boolean;
  readonly active: number;
  readonly created: number;
  readonly now: Date;
}

export interface LookResult {
  readonly found: number | undefined;
  readonly problem: string | undefined;
  readonly missingSecrets: readonly string[];
  readonly troubles: readonly string[];
  readonly watermark: Date | undefined;
  /** The next look begins at the watermark, so that it has to be written down exactly. */
  readonly isExact: boolean;
}

/** How often the time of a look is written though nothing else has changed. After a restart, what was looked at since is looked at again. */
const WATERMARK_MS = 300_000;
/** Troubles that a message names. */
const MOST_TROUBLES = 5;
const LONGEST_TROUBLE = 300;

/**
 * What is said of a spawner, as the reference words it, and beside that why it makes nothing, in the condition `Ready`.
 *
 * Conditions of others are kept, and a status in which nothing but the time of the last look would change is left as it is for five minutes.
 */
export function planStatus(facts: SpawnerFacts): TaskSpawnerStatus {
  const { spawner, look, active, created } = facts;
  const { deploymentName: _deployment, cronJobName: _cronJob, lastDiscoveryTime, ...before } = spawner.status ?? {};
  const status: TaskSpawnerStatus = {
    ...before,
    ...(lastDiscoveryTime === undefined ? {} : { lastDiscoveryTime }),
    ...phaseOf(facts),
    ...(look?.found === undefined ? {} : { totalDiscovered: look.found }),
    totalTasksCreated: created,
    activeTasks: active,
    conditions: conditionsOf(facts),
  };
  const watermark = look?.watermark && toKubeTime(look.watermark);
  if (watermark === undefined || watermark === lastDiscoveryTime) return status;
  const isOld = lastDiscoveryTime === undefined || look!.watermark!.getTime() - parseKubeTime(lastDiscoveryTime).getTime() >= WATERMARK_MS;
  const isChanged = Object.keys(mergePatch(spawner.status ?? {}, status)).length > 0;
  return isOld || isChanged || look!.isExact ? { ...status, lastDiscoveryTime: watermark } : status;
}

/** Whether the change is one of numbers, and of what is said of them: of these many may come in a second, and the last of them is enough. */
export function isOnlyCounting(before: TaskSpawnerStatus | undefined, after: TaskSpawnerStatus): boolean {
  const states = (status: TaskSpawnerStatus) => [status.phase, ...(status.conditions ?? []).map(({ type, status: state, reason, observedGeneration }) => `${type} ${state} ${reason} ${observedGeneration}`)];
  return before !== undefined && isDeepStrictEqual(states(before), states(after));
}

function phaseOf({ spawner, obstacle, pausedBecause, look, isTold, created }: SpawnerFacts): Pick<TaskSpawnerStatus, 'phase' | 'message'> {
  const stopped = stoppedLoopOf(spawner);
  if (obstacle) return { phase: obstacle.isAwaited ? 'Pending' : 'Failed', message: obstacle.message };
  if (spawner.spec.suspend) return { phase: 'Suspended', message: 'Suspended by user' };
  if (stopped !== undefined) return { phase: 'Suspended', message: stopped };
  if (pausedBecause !== undefined) return { phase: 'Suspended', message: pausedMessage(pausedBecause) };
  if (isTold) return { phase: 'Running', message: 'Webhook-driven TaskSpawner ready' };
  if (look?.found === undefined) return { phase: 'Pending', message: look?.problem ?? 'Waiting for its first look' };
  const found = `Discovered ${look.found} items, created ${created} tasks total`;
  return { phase: 'Running', message: look.troubles.length === 0 ? found : `${found}; ${look.troubles.length} creation error(s): ${told(look.troubles)}` };
}

function conditionsOf(facts: SpawnerFacts): Condition[] {
  const { spawner, now } = facts;
  const said = [discoveryError(facts), suspended(spawner), ...limitReached(facts), ...resumed(spawner), ...paused(facts), ready(facts)].flat();
  const ours = said.map((condition) => conditionOf(spawner, condition, now));
  const others = (spawner.status?.conditions ?? []).filter(({ type }) => !ours.some((condition) => condition.type === type));
  return [...ours, ...others];
}

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** It was not looked yet: then nothing can be said about what a look found. */
function discoveryError({ look, isTold }: SpawnerFacts): Said[] {
  const type = 'DiscoveryError';
  if (isTold || look === undefined) return [];
  if (look.problem !== undefined) return [{ type, status: 'True', reason: 'DiscoveryFailed', message: cut(look.problem) }];
  if (look.troubles.length > 0) return [{ type, status: 'True', reason: 'TaskCreationFailed', message: told(look.troubles) }];
  return look.found === undefined ? [] : [{ type, status: 'False', reason: 'NoErrors', message: 'Task creation succeeded for all discovered items' }];
}

function suspended({ spec }: TaskSpawner): Said {
  const type = 'Suspended';
  if (spec.suspend) return { type, status: 'True', reason: 'UserSuspended', message: 'TaskSpawner is suspended by user' };
  return { type, status: 'False', reason: 'Running', message: 'TaskSpawner is running' };
}

/** What the loop breaker said stands until a person lets the spawner go on. */
function resumed(spawner: TaskSpawner): Said[] {
  if (!isSaid(spawner, LOOP_DETECTED) || stoppedLoopOf(spawner) !== undefined) return [];
  return [{ type: LOOP_DETECTED, status: 'False', reason: 'Resumed', message: 'A person let it go on' }];
}

/** Nothing is said of it where it never was. */
function paused({ spawner, pausedBecause }: SpawnerFacts): Said[] {
  const type = 'Paused';
  if (pausedBecause !== undefined) return [{ type, status: 'True', reason: 'SpawningPaused', message: pausedMessage(pausedBecause) }];
  return isSaid(spawner, type) ? [{ type, status: 'False', reason: 'Running', message: 'Spawning goes on' }] : [];
}

function pausedMessage(reason: string): string {
  return cut(`All spawning is paused: ${cleanText(reason) || 'no reason was given'}; let it go on: taskwright resume`);
}

function isSaid({ status }: TaskSpawner, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

/** Twice, as in the reference, which renamed it. */
function limitReached({ spawner, created }: SpawnerFacts): Said[] {
  const { maxTotalTasks = 0 } = spawner.spec;
  const isReached = maxTotalTasks > 0 && created >= maxTotalTasks;
  const content = isReached
    ? ({ status: 'True', reason: 'LimitReached', message: `Total tasks created (${created}) has reached maxTotalTasks (${maxTotalTasks})` } as const)
    : ({ status: 'False', reason: 'LimitAvailable', message: 'maxTotalTasks limit has not been reached' } as const);
  return ['MaxTotalTasksReached', 'TaskBudgetExhausted'].map((type) => ({ type, ...content }));
}

/** Since when it makes no Tasks, why, and what to do about it. */
function ready({ spawner, obstacle, pausedBecause, look, isTold }: SpawnerFacts): Said {
  const stopped = stoppedLoopOf(spawner);
  const type = 'Ready';
  if (obstacle) return { type, status: 'False', reason: obstacle.reason, message: obstacle.message };
  if (spawner.spec.suspend) return { type, status: 'False', reason: 'Suspended', message: 'Set spec.suspend to false to let it make Tasks' };
  if (stopped !== undefined) return { type, status: 'False', reason: 'LoopDetected', message: stopped };
  if (pausedBecause !== undefined) return { type, status: 'False', reason: 'SpawningPaused', message: pausedMessage(pausedBecause) };
  const [secret] = look?.missingSecrets ?? [];
  if (secret !== undefined) return { type, status: 'False', reason: 'SecretMissing', message: `Waiting for Secret "${secret}" to be created` };
  if (look?.problem !== undefined) return { type, status: 'False', reason: 'DiscoveryFailed', message: cut(look.problem) };
  if (isTold) return { type, status: 'True', reason: 'Listening', message: 'It is told of its events' };
  if (look?.found === undefined) return { type, status: 'Unknown', reason: 'NotLookedYet', message: 'Waiting for its first look' };
  return { type, status: 'True', reason: 'Looking', message: 'It looks for events' };
}

function told(troubles: readonly string[]): string {
  const more = troubles.length > MOST_TROUBLES ? [`and ${troubles.length - MOST_TROUBLES} more`] : [];
  return [...troubles.slice(0, MOST_TROUBLES).map(cut), ...more].join('; ');
}

function cut(text: string): string {
  return text.length <= LONGEST_TROUBLE ? text : `${text.slice(0, LONGEST_TROUBLE)}…`;
}
