import type { Task } from '@taskwright/schema';
import type { Gate } from '../gate.ts';
import type { TaskFacts } from '../task-facts.ts';

const LONGEST_CYCLE_TOLD = 10;

/**
 * Holds a Task until everything in its `dependsOn` has succeeded, in the order it is listed. A dependency that failed, or
 * that waits for this Task in turn, refuses it for good.
 */
export const dependencyGate: Gate = ({ task, taskNamed }) => {
  const names = task.spec.dependsOn ?? [];
  const cycle = cycleOf(task, taskNamed);
  if (cycle) {
    return {
      refuse: 'DependencyCycle',
      message: `Circular dependency detected: cycle involves "${task.metadata.name}": ${inShort(cycle).join(' → ')}`,
      event: 'Circular dependency detected',
    };
  }
  for (const name of names) {
    const phase = taskNamed(name)?.status?.phase;
    if (!taskNamed(name)) return { hold: 'DependencyMissing', message: `Waiting for dependency "${name}" to be created` };
    if (phase === 'Failed') return { refuse: 'DependencyFailed', message: `Dependency "${name}" failed` };
    if (phase !== 'Succeeded') return { hold: 'DependencyUnfinished', message: `Waiting for dependency "${name}"` };
  }
  return undefined;
};

/** What a dependency left, as the templates of the reference see it under `.Deps`. */
export interface DependencyResult {
  readonly Name: string;
  readonly Outputs: readonly string[];
  readonly Results: Readonly<Record<string, string>>;
}

/** What the dependencies of a Task left, by their names. One that is not there, or has not finished, left nothing. */
export function dependencyResults({ task, taskNamed }: Pick<TaskFacts, 'task' | 'taskNamed'>): Readonly<Record<string, DependencyResult>> {
  const names = task.spec.dependsOn ?? [];
  return Object.fromEntries(names.map((name) => {
    const { outputs = [], results = {} } = taskNamed(name)?.status ?? {};
    return [name, { Name: name, Outputs: outputs, Results: results }];
  }));
}

/** The shortest way from the Task back to itself, both ends included, if there is one. Each Task is looked at once, however many lead to it. */
function cycleOf(task: Task, taskNamed: TaskFacts['taskNamed']): string[] | undefined {
  const self = task.metadata.name!;
  const cameFrom = new Map<string, string>();
  const open = [self];
  for (const name of open) {
    for (const next of (name === self ? task : taskNamed(name))?.spec.dependsOn ?? []) {
      if (next === self) return [...wayTo(name, self, cameFrom), self];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      open.push(next);
    }
  }
  return undefined;
}

function wayTo(goal: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [goal];
  while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
  return way;
}

/** A cycle of thousands still has to fit into a message. */
function inShort(names: readonly string[]): readonly string[] {
  return names.length <= LONGEST_CYCLE_TOLD ? names : [...names.slice(0, LONGEST_CYCLE_TOLD - 1), '…', names.at(-1)!];
}
