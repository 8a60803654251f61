import type { ApiObject } from '../api-object.ts';
import { isObject, type JsonObject } from '../json.ts';
import { humanDuration } from './age.ts';

interface ContainerStatus {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { reason?: string }; readonly terminated?: { reason?: string; exitCode?: number; signal?: number }; readonly running?: object };
  readonly lastState?: { readonly terminated?: { readonly finishedAt?: string } };
}

function statusesOf({ status }: ApiObject, field: 'containerStatuses' | 'initContainerStatuses'): ContainerStatus[] {
  const statuses = isObject(status) ? status[field] : undefined;
  return Array.isArray(statuses) ? statuses as ContainerStatus[] : [];
}

function countOf({ spec }: ApiObject, field: string): number {
  const items = isObject(spec) ? spec[field] : undefined;
  return Array.isArray(items) ? items.length : 0;
}

/** `1/2`: containers that are ready, of all. */
export function readyContainers(pod: ApiObject): string {
  return `${statusesOf(pod, 'containerStatuses').filter(({ ready }) => ready).length}/${countOf(pod, 'containers')}`;
}

/** `2 (5m ago)`: restarts of all containers, and when the last was. */
export function restarts(pod: ApiObject, now: Date): string {
  const statuses = statusesOf(pod, 'containerStatuses');
  const count = statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const last = Math.max(...statuses.map(({ lastState }) => Date.parse(lastState?.terminated?.finishedAt ?? '')).filter((time) => !Number.isNaN(time)));
  return count === 0 || !Number.isFinite(last) ? String(count) : `${count} (${humanDuration(now.getTime() - last)} ago)`;
}

/** What keeps the Pod from running, or how it ended: the most telling reason there is, as kubectl users know it. */
export function podReason(pod: ApiObject): string {
  const status: JsonObject = isObject(pod.status) ? pod.status : {};
  const init = statusesOf(pod, 'initContainerStatuses');
  const unfinished = init.findIndex(({ state }) => state?.terminated?.exitCode !== 0);
  if (unfinished !== -1) {
    const reason = reasonOf(init[unfinished]!);
    if (reason !== undefined && reason !== 'PodInitializing') return `Init:${reason}`;
    if (status.phase === 'Pending' || status.phase === 'Running') return ending(pod) ?? `Init:${unfinished}/${countOf(pod, 'initContainers')}`;
  }
  const reasons = statusesOf(pod, 'containerStatuses').map(reasonOf).filter((reason) => reason !== undefined);
  return ending(pod) ?? reasons[0] ?? String(status.reason ?? status.phase ?? 'Unknown');
}

function ending({ metadata }: ApiObject): string | undefined {
  return metadata.deletionTimestamp === undefined ? undefined : 'Terminating';
}

function reasonOf({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  const { terminated } = state ?? {};
  if (terminated === undefined) return undefined;
  return terminated.reason ?? (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
}

/** `Running` until a condition says how it ended. */
export function jobStatus({ metadata, status }: ApiObject): string {
  const conditions = isObject(status) && Array.isArray(status.conditions) ? status.conditions as { type: string; status: string }[] : [];
  const has = (type: string) => conditions.some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}
