import type { ApiObject } from './api-object.ts';
import { storeKey, type Cluster, type Target } from './cluster.ts';
import { kubeTime } from './object-meta.ts';
import { NoSuchLog, type LogOptions, type PodLogs } from './pod-logs.ts';
import { isTrue, wholeNumber } from './request-query.ts';
import { badRequest, notFound } from './status-error.ts';

interface Named { name: string }
interface ContainerStatus extends Named { state?: { waiting?: { reason?: string }; running?: object; terminated?: object } }

/**
 * Answers `pods/log`: chooses the container, and refuses one that does not exist or has not started. `undefined` for a Pod that has no
 * node yet: there is no kubelet to ask, and that is no mistake.
 *
 * A log that is not followed is begun before the answer is: whether there is one at all decides about the status.
 */
export async function podLog({ store, clock }: Cluster, target: Target, query: URLSearchParams, podLogs: PodLogs | undefined, signal: AbortSignal): Promise<AsyncIterable<Buffer> | undefined> {
  const pod = store.get('pods', storeKey(target));
  if (pod === undefined) throw notFound(target.resource, target.name!);
  const container = chooseContainer(pod, query.get('container'));
  if (!(pod.spec as { nodeName?: string }).nodeName) return undefined;
  requireStarted(pod, container);
  if (podLogs === undefined) return none();

  const sinceSeconds = wholeNumber(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime') ?? (sinceSeconds === undefined ? undefined : kubeTime(new Date(clock.now().getTime() - sinceSeconds * 1_000)));
  const options: LogOptions = {
    follow: isTrue(query, 'follow'),
    timestamps: isTrue(query, 'timestamps'),
    previous: isTrue(query, 'previous'),
    ...optional('tailLines', wholeNumber(query, 'tailLines')),
    ...optional('limitBytes', wholeNumber(query, 'limitBytes')),
    ...optional('sinceTime', sinceTime),
  };
  try {
    const log = podLogs.stream({ namespace: target.namespace!, pod: target.name!, uid: pod.metadata.uid!, container }, options, signal);
    return options.follow ? log : await begun(log);
  } catch (error) {
    throw error instanceof NoSuchLog ? badRequest(error.message) : error;
  }
}

function chooseContainer({ metadata, spec }: ApiObject, asked: string | null): string {
  const { containers = [], initContainers = [] } = spec as { containers?: Named[]; initContainers?: Named[] };
  const names = [...containers, ...initContainers].map(({ name }) => name);
  if (asked !== null && asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
    return asked;
  }
  if (containers.length === 1 && initContainers.length === 0) return containers[0]!.name;
  const choices = containers.map(({ name }) => name).join(' ');
  const initChoices = initContainers.length === 0 ? '' : ` or one of the init containers: [${initContainers.map(({ name }) => name).join(' ')}]`;
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${choices}]${initChoices}`);
}

function requireStarted({ metadata, status }: ApiObject, container: string): void {
  const { containerStatuses = [], initContainerStatuses = [] } = (status ?? {}) as { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] };
  const found = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  if (found?.state?.running ?? found?.state?.terminated) return;
  throw badRequest(`container "${container}" in pod "${metadata.name}" is waiting to start: ${found?.state?.waiting?.reason ?? 'ContainerCreating'}`);
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : { [name]: value } as Record<Name, Value>;
}

async function begun(log: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const iterator = log[Symbol.asyncIterator]();
  const first = await iterator.next();
  return first.done ? none() : rest(first.value, iterator);
}

async function* rest(first: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* none(): AsyncGenerator<Buffer> {}
