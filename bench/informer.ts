/**
 * How fast watch events become a cache with two indexes, against nothing but `JSON.parse` of the same lines; and how long the event
 * loop stands still while the cache fills.
 *
 *     node --expose-gc --conditions=taskwright-source bench/informer.ts
 *
 * The bytes come from memory in chunks of 64 KiB, as a socket gives them. Both sides run in this process, in alternating rounds
 * after a warm-up. A Task is 2.4 kB with its managedFields. Time is CPU time, so that a busy machine does not count: of all threads
 * for the rates, the collector's included; of the main thread for the stall.
 */
import { Informer, KubeClient, type KubeObject, LineSplitter, type Transport } from '@taskwright/runtime/kube';
import { figure, median } from './figure.ts';
import { watchStalls } from './stalls.ts';

const WARM_UP_ROUNDS = 2;
const ROUNDS = 9;
const EVENTS = 30_000;
const OBJECTS = 10_000;
const CHUNK_BYTES = 65_536;
const TASKS = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };
const NO_PROJECTION = (task: Task) => task;

interface Task extends KubeObject {
  spec: { prompt: string; worker: { type: string; workspaceRef: { name: string } } };
  status: { phase: string; jobName: string };
}

const initial = chunksOf([...times(OBJECTS, (index) => eventLine('ADDED', index, index + 1)), endOfInitialEvents(OBJECTS)]);
const changes = chunksOf(times(EVENTS, (index) => eventLine('MODIFIED', index % OBJECTS, OBJECTS + index + 1)));

const rounds: { informer: Round; parse: Round }[] = [];
for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
  const informerFirst = round % 2 === 0;
  const first = informerFirst ? await intoCache() : parseOnly();
  const second = informerFirst ? parseOnly() : await intoCache();
  if (round >= WARM_UP_ROUNDS) rounds.push(informerFirst ? { informer: first, parse: second } : { informer: second, parse: first });
}
figure('informer', 'Task event', eventLine('MODIFIED', 1, 1).length, 'B');
figure('informer', 'events into a cache with two indexes, one core', EVENTS / median(rounds.map(({ informer }) => informer.cpuSeconds)), 'events/s');
figure('informer', 'JSON.parse per line, one core', EVENTS / median(rounds.map(({ parse }) => parse.cpuSeconds)), 'events/s');
figure('informer', 'cache over JSON.parse, CPU', median(rounds.map(({ informer, parse }) => informer.cpuSeconds / parse.cpuSeconds)), 'ratio');
figure('informer', 'events into a cache with two indexes, by the wall clock', EVENTS / median(rounds.map(({ informer }) => informer.seconds)), 'events/s');
figure('informer', 'longest stall while events arrive, CPU', median(rounds.map(({ informer }) => informer.stallMs)), 'ms');

interface Round {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly stallMs: number;
}

async function intoCache(): Promise<Round> {
  const transport = streamOf(initial, changes);
  const informer = new Informer<Task, 'phase' | 'workspace'>(new KubeClient(transport, { userAgent: 'bench' }), {
    resource: TASKS,
    project: NO_PROJECTION,
    indexes: { phase: ({ status }) => [status.phase], workspace: ({ spec }) => [spec.worker.workspaceRef.name] },
    onError: (error) => {
      throw error;
    },
  });
  let told = 0;
  const done = Promise.withResolvers<void>();
  informer.onChange(() => {
    told += 1;
    if (told === OBJECTS + EVENTS) done.resolve();
  });
  const stop = new AbortController();
  informer.start(stop.signal).catch(() => {});
  await informer.synced;
  globalThis.gc?.();
  const stall = watchStalls();
  const end = measure();
  transport.release();
  await done.promise;
  const round = { ...end(), stallMs: stall() };
  stop.abort(new Error('the round is over'));
  if (informer.byIndex('workspace', 'shop').length !== OBJECTS) throw new Error('an event was lost');
  return round;
}

function parseOnly(): Round {
  globalThis.gc?.();
  const end = measure();
  const splitter = new LineSplitter();
  let latest: unknown;
  let parsed = 0;
  for (const chunk of changes) {
    for (const line of splitter.push(chunk)) {
      latest = JSON.parse(line.toString());
      parsed += 1;
    }
  }
  if (parsed !== EVENTS || latest === undefined) throw new Error('an event was lost');
  return { ...end(), stallMs: 0 };
}

/** Two streams in one: the second half comes when it is released. */
function streamOf(first: readonly Buffer[], second: readonly Buffer[]): Transport & { release(): void } {
  const released = Promise.withResolvers<void>();
  async function* body(signal: AbortSignal): AsyncIterable<Buffer> {
    yield* first;
    await released.promise;
    yield* second;
    signal.throwIfAborted();
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  }
  return {
    release: () => released.resolve(),
    request: () => Promise.reject(new Error('only streams here')),
    stream: async ({ signal }) => ({ status: 200, headers: {}, body: body(signal!) }),
    close: async () => {},
  };
}

function eventLine(type: string, index: number, version: number): Buffer {
  const phase = ['Pending', 'Running', 'Succeeded'][version % 3];
  const fields = { 'f:spec': { 'f:prompt': {}, 'f:worker': { 'f:type': {}, 'f:credentials': { 'f:type': {}, 'f:secretRef': { 'f:name': {} } } } } };
  const managedFields = ['kubectl-client-side-apply', 'taskwright'].map((manager) => ({
    apiVersion: 'kelos.dev/v1alpha2', fieldsType: 'FieldsV1', fieldsV1: fields, manager, operation: 'Apply', time: '2026-01-01T00:00:00Z',
  }));
  const object = {
    apiVersion: 'kelos.dev/v1alpha2',
    kind: 'Task',
    metadata: {
      annotations: { 'kubernetes.io/description': 'x'.repeat(300) },
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      labels: { 'kelos.dev/spawner': 'workers', 'app.kubernetes.io/managed-by': 'taskwright' },
      managedFields,
      name: `task-${index}`,
      namespace: `team-${index % 20}`,
      resourceVersion: String(version),
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    },
    spec: {
      branch: `fix-${index}`,
      dependsOn: [],
      prompt: `Fix issue ${index}.\n\n${'Reproduce it with a test first, then fix it, then run the whole suite. '.repeat(8)}`,
      worker: { credentials: { secretRef: { name: 'claude' }, type: 'api-key' }, model: 'opus', type: 'claude-code', workspaceRef: { name: 'shop' } },
    },
    status: {
      conditions: [{ lastTransitionTime: '2026-01-01T00:00:00Z', message: 'The Job runs', observedGeneration: 1, reason: 'JobRunning', status: 'True', type: 'Ready' }],
      jobName: `task-${index}`,
      phase,
      podName: `task-${index}-abcde`,
      startTime: '2026-01-01T00:00:00Z',
    },
  };
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

function endOfInitialEvents(version: number): Buffer {
  const metadata = { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } };
  return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
}

function chunksOf(lines: readonly Buffer[]): Buffer[] {
  const bytes = Buffer.concat(lines);
  return times(Math.ceil(bytes.length / CHUNK_BYTES), (index) => bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function measure(): () => Omit<Round, 'stallMs'> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - start) / 1_000, cpuSeconds: (user + system) / 1e6 };
  };
}
