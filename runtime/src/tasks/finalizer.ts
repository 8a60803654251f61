import { type Task, taskResource } from '@taskwright/schema';
import type { Write } from '../kube/plan.ts';

/** Keeps a deleted Task until its agent has stopped: what it pushes, it pushes before its Task is gone. */
const FINALIZER = 'kelos.dev/finalizer';

export function hasFinalizer({ metadata }: Task): boolean {
  return metadata.finalizers?.includes(FINALIZER) ?? false;
}

/**
 * Annotations that have to be there before the Job travel with it.
 *
 * For a Task that has it the write changes nothing, and is made all the same: the server refuses it when the Task is gone, or not what it was
 * when it was read, so whatever comes next is made for a Task that is there.
 */
export function addFinalizer(task: Task, annotations: Readonly<Record<string, string>> = {}): Write {
  const { finalizers = [] } = task.metadata;
  return finalizersPatch(task, hasFinalizer(task) ? finalizers : [...finalizers, FINALIZER], annotations);
}

export function removeFinalizer(task: Task): Write {
  return finalizersPatch(task, (task.metadata.finalizers ?? []).filter((name) => name !== FINALIZER));
}

/** A merge patch replaces the list, so it carries the resourceVersion: nobody else's finalizer is lost to an old view. */
function finalizersPatch(task: Task, finalizers: string[], annotations: Readonly<Record<string, string>> = {}): Write {
  const { uid, resourceVersion } = task.metadata;
  const annotated = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { verb: 'mergePatch', resource: taskResource, target: task, patch: { metadata: { uid, resourceVersion, finalizers, ...annotated } } };
}
