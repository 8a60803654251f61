import type { Task } from '@taskwright/schema';
import type { Amounts } from '../budgets/amounts.ts';
import { keyOf } from '../kube/object.ts';

/** A Task whose Job is being made. */
export interface Start {
  readonly task: Task;
  /** What it works under from now on (branch-lock.ts), if it names a branch. */
  readonly lock?: string | undefined;
  /** What it will be told that it may spend, if it is told. */
  readonly limit?: Partial<Amounts> | undefined;
}

/**
 * The Tasks that this process is about to start. Several are planned at a time, and what one decides the caches show only when its Job has
 * been made: until then the others learn it here.
 *
 * Nothing is lost with it: whoever takes over finds the Jobs that were made.
 */
export class Starting {
  readonly #starts = new Map<string, Start>();

  begin(start: Start): void {
    this.#starts.set(keyOf(start.task), start);
  }

  /** Answers what was under way, if anything was. */
  end(taskKey: string): Start | undefined {
    const start = this.#starts.get(taskKey);
    this.#starts.delete(taskKey);
    return start;
  }

  /** The others under way in the namespace of a Task. */
  besides(task: Task): Start[] {
    const { namespace, uid } = task.metadata;
    return [...this.#starts.values()].filter(({ task: { metadata } }) => metadata.namespace === namespace && metadata.uid !== uid);
  }
}
