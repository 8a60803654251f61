import type { Task } from '@taskwright/schema';

/** Holds the labels that a Task had when it started under a budget: relabelled later, it cannot move its spend to another. */
const SNAPSHOT = 'kelos.dev/taskbudget-labels';

/** The labels by which a Task comes under budgets. A snapshot that cannot be read is none. */
export function budgetedLabelsOf({ metadata }: Task): Readonly<Record<string, string>> {
  return snapshotOf(metadata.annotations?.[SNAPSHOT]) ?? metadata.labels ?? {};
}

/** Whether it started under a budget. */
export function hasSnapshot({ metadata }: Task): boolean {
  return snapshotOf(metadata.annotations?.[SNAPSHOT]) !== undefined;
}

/** To be written before the Job of a Task that comes under a budget; never again after that. */
export function snapshotAnnotation(task: Task): Record<string, string> {
  return hasSnapshot(task) ? {} : { [SNAPSHOT]: JSON.stringify(task.metadata.labels ?? null) };
}

/** A record takes them over, and what the server refuses there would be tried for ever. */
function isLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([key, label]) => LABEL_KEY.test(key) && typeof label === 'string' && label.length <= 63 && LABEL_VALUE.test(label));
}

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

function snapshotOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  try {
    const labels: unknown = JSON.parse(text);
    return isLabels(labels ?? {}) ? ((labels ?? {}) as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}
