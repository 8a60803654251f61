import { createHash } from 'node:crypto';
import type { Task } from '@taskwright/schema';
import { failedAttemptsOf } from './failed-attempts.ts';

/** A label's value, and a Job's name (its Pods carry it as a label), hold this many characters; any other name holds 253. */
const LABEL_LIMIT = 63;
const NAME_LIMIT = 253;

/** The Job of a Task: its first, or when that has failed and the Task is tried again, the next. */
export function jobNameOf(task: Task): string {
  return jobNameAfter(task, failedAttemptsOf(task).length);
}

/** The same, after all those that the Task had before. Their Pods may be heard of late, and others wait for that. */
export function jobNamesOf(task: Task): string[] {
  return Array.from({ length: failedAttemptsOf(task).length + 1 }, (_, retries) => jobNameAfter(task, retries));
}

function jobNameAfter({ metadata: { name } }: Task, retries: number): string {
  return shorten(retries === 0 ? name! : `${name!}-retry-${retries}`, LABEL_LIMIT);
}

/** The value of the label `kelos.dev/task`: the Task's name, or what stands for one that is too long for a label. */
export function taskLabelOf(task: Task): string {
  return shorten(task.metadata.name!, LABEL_LIMIT);
}

/** An object that belongs to the Task and is named after it. */
export function childNameOf(task: Task, purpose: 'plugins' | 'inputs' | 'mcp' | 'github-token' | 'network'): string {
  return shorten(`${task.metadata.name!}-${purpose}`, NAME_LIMIT);
}

/** A name that fits: its beginning and eight hex digits of its SHA-1, which keep two long names apart. */
export function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const digest = createHash('sha1').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, limit - digest.length - 1).replace(/[.-]+$/, '')}-${digest}`;
}
