import { type Task, taskResource } from '@taskwright/schema';
import { ApiError, isNamespaceTerminating } from '../kube/api-error.ts';
import { applyPlan, type Effects, RefusedCreation } from '../kube/apply-plan.ts';
import type { Reconcile, ReconcileResult } from '../kube/controller.ts';
import { controllerOf } from '../kube/object.ts';
import type { DataWatch } from './data-watch.ts';
import { dataToAwait } from './gates/referenced-data.ts';
import { gather, type Surroundings } from './gather.ts';
import { planNamespaceTerminating, planNameTaken, planRefusedCreation } from './start.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import type { TaskMetrics } from './task-metrics.ts';
import { planTask } from './task-plan.ts';

export interface TaskReconcilerOptions extends Surroundings {
  readonly effects: Effects;
  readonly dataWatch: DataWatch;
  readonly metrics?: TaskMetrics;
  /** A Task that was about to start has its Job, or does not get it for now: others may have waited for that. */
  readonly startEnded: (task: Task) => void;
}

/** How soon a Task is looked at again that could start, while the caches do not show yet what an earlier operator started. */
const CACHES_BEHIND_MS = 1_000;

/** Gathers, plans, applies. A branch on the state of a Task belongs into a plan, never here. */
export function taskReconciler({ effects, dataWatch, metrics, startEnded, ...surroundings }: TaskReconcilerOptions): Reconcile {
  return async (key, { signal }) => {
    try {
      const result = await run();
      ended();
      return result;
    } catch (error) {
      // What is not refused for certain may still be done: the next run finds out.
      if (error instanceof ApiError && error.code < 500) ended();
      throw error;
    }

    async function run(): Promise<ReconcileResult> {
      const task = surroundings.caches.tasks.get(key);
      if (!task) return dataWatch.await(key, '', []);
      const facts = await gather(task, surroundings, signal);
      if (!facts) return { requeueAfterMs: CACHES_BEHIND_MS };
      const awaited = dataWatch.await(key, task.metadata.namespace!, dataToAwait(facts));
      const applied = await applyOrSayWhyNot(facts, planTask(facts));
      return { ...awaited, ...applied };
    }

    /** From now on the caches show what this run has started, or it has started nothing. */
    function ended(): void {
      const start = surroundings.starting.end(key);
      if (start) startEnded(start.task);
    }

    async function applyOrSayWhyNot(facts: TaskFacts, plan: TaskPlan): Promise<ReconcileResult> {
      try {
        return await apply(facts.task, plan);
      } catch (error) {
        if (isNamespaceTerminating(error)) return apply(facts.task, planNamespaceTerminating(facts));
        if (error instanceof RefusedCreation) return sayWhatWasRefused(facts, error);
        if (!(error instanceof ApiError && error.reason === 'NotOurs')) throw error;
        const taken = await nameTaken(facts, plan);
        if (!taken) throw error;
        return apply(facts.task, taken);
      }
    }

    /** The queue asks again, less and less often, for what may be taken another time. */
    async function sayWhatWasRefused(facts: TaskFacts, refused: RefusedCreation): Promise<ReconcileResult> {
      const { code, status, object: { kind, metadata: { name } } } = refused;
      const { plan, asksAgain } = planRefusedCreation(facts, { kind, name: name!, code, why: status.message ?? refused.message });
      const result = await apply(facts.task, plan);
      if (asksAgain) throw refused;
      return result;
    }

    async function apply(object: Task, plan: TaskPlan): Promise<ReconcileResult> {
      const result = await applyPlan(effects, { resource: taskResource, object }, plan, signal);
      if (plan.status) metrics?.observe(object, plan.status);
      return result;
    }

    async function nameTaken(facts: TaskFacts, plan: TaskPlan): Promise<TaskPlan | undefined> {
      for (const write of plan.writes ?? []) {
        if (write.verb !== 'create') continue;
        const { namespace, name } = write.object.metadata;
        const existing = await effects.client.get(write.resource, { namespace, name: name! }, { signal });
        if (controllerOf(existing)?.uid !== facts.task.metadata.uid) return planNameTaken(facts, write.resource.kind, existing);
      }
      return undefined;
    }
  };
}
