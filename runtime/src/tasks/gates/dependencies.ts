import type { Task } from '@taskwright/schema';
import type { Gate } from '../gate.ts';

/**
 * Holds a Task until everything in its `dependsOn` has succeeded, in the order it is listed. A dependency that failed, or
 * that waits for this Task in turn, refuses it for good.
 */
export const dependencyGate: Gate = ({ task, taskNamed }) => {
  const names = task.spec.dependsOn ?? [];
  const inCycle = cycleMember(task, taskNamed);
  if (inCycle) {
    return {
      refuse: 'DependencyCycle',
      message: `Circular dependency detected: cycle involves "${inCycle}"`,
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

/** A prompt with a template over what its dependencies left: there is no engine here that could render it. */
export const promptTemplateGate: Gate = ({ task }) => {
  if (!task.spec.dependsOn?.length || !task.spec.prompt.includes('{{')) return undefined;
  return {
    refuse: 'TemplateUnsupported',
    message: 'Prompt of a Task with dependsOn contains "{{": templates over .Deps are not rendered by this operator; write the prompt without one',
  };
};

/** The Task through which `task` waits for itself, if there is one. Each Task is looked at once, however many lead to it. */
function cycleMember(task: Task, taskNamed: (name: string) => Task | undefined): string | undefined {
  const self = task.metadata.name!;
  const seen = new Set<string>();
  const open = [...(task.spec.dependsOn ?? [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === self) return self;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(taskNamed(name)?.spec.dependsOn ?? []));
  }
  return undefined;
}
