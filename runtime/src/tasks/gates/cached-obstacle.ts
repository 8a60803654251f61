import type { Gate, Obstacle } from '../gate.ts';
import { isFinished, isRunning } from '../phase.ts';
import type { CachedFacts } from '../task-facts.ts';
import { annotationGate } from './annotations.ts';
import { branchGate } from './branch.ts';
import { budgetGate } from './budget.ts';
import { dependencyGate } from './dependencies.ts';
import { outputSchemaGate } from './output-schema.ts';
import { pauseGate } from './pause.ts';
import { promptSyntaxGate } from './prompt.ts';
import { agentConfigGate, workspaceGate } from './references.ts';
import { backoffGate } from './retry.ts';
import { slotGate } from './slot.ts';
import { specGate } from './spec.ts';
import { workerPoolGate } from './worker-pool.ts';

/** Asked in this order; the first that objects decides. What a Task shares with others comes last, so that only who lacks nothing else asks for it. */
const GATES: readonly Gate[] = [specGate, annotationGate, outputSchemaGate, backoffGate, workerPoolGate, promptSyntaxGate, dependencyGate, workspaceGate, agentConfigGate, budgetGate, branchGate, slotGate, pauseGate];

/** Why a Task cannot start, as far as the caches tell. While there is something, no Secret is read. */
export function cachedObstacle(facts: CachedFacts): Obstacle | undefined {
  return GATES.reduce<Obstacle | undefined>((found, gate) => found ?? gate(facts), undefined);
}

/** A Task without a Job that nothing in the caches keeps from getting one. */
export function isAboutToStart(facts: CachedFacts): boolean {
  const { task, job } = facts;
  return !task.metadata.deletionTimestamp && !job && !isRunning(task) && !isFinished(task) && !cachedObstacle(facts);
}
