import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock, Timer } from '../../kube/clock.ts';
import { normalEvent, warningEvent, type EventNote } from '../../kube/plan.ts';
import type { LocalImages } from '../images.ts';
import { type Container, type Pod, podResource, type PodStatus, type Terminated } from '../pod.ts';
import { toKubeTime } from '../../kube/time.ts';
import { ConfigError, type ConfigSource } from './config-source.ts';
import { ContainerLog } from './container-log.ts';
import { type Exit, type RunningContainer, startProcess } from './container-process.ts';
import { type ContainerRun, containersOf, type Problem, runOf, type RunState } from './container-run.ts';
import type { NodeFacts } from './downward-fields.ts';
import { type Isolation, StartError } from './isolation.ts';
import { declareLost, runsInStatus } from './lost-containers.ts';
import { planPod, type PodFailure, type PodPlan } from './plan-pod.ts';
import { PodDirectory } from './pod-directory.ts';
import { containerID, podStatus } from './pod-status.ts';
import { prepareContainer, type PreparedContainer, VolumeError } from './prepare-container.ts';
import { processBegan } from './process-group.ts';
import { startSimulated } from './simulated-container.ts';
import { refusalOf, startProblem, waitsForConfig } from './start-problem.ts';
import { terminationMessageOf } from './termination-message.ts';
import { fillVolume, volumeFiles } from './volumes.ts';

/** What all Pods of this machine share. */
export interface RunnerContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly images: LocalImages;
  readonly isolation: Isolation;
  readonly config: ConfigSource;
  readonly node: NodeFacts;
  readonly dataDir: string;
  readonly recordEvent: (pod: Pod, event: EventNote) => void;
  readonly imageProgress?: (image: string, line: string) => void;
  /** Hears of what went wrong and is tried again. */
  readonly onError: (error: unknown) => void;
}

const DEFAULT_GRACE_SECONDS = 30;

/** The API could not be written: try again. */
const WRITE_RETRY_MS = 1_000;

/** A Secret is rewritten in the volumes it is in no later than this after it changed; several changes at once cost one rewrite. */
const REFRESH_DELAY_MS = 1_000;

interface LiveContainer {
  readonly running: RunningContainer;
  readonly log: ContainerLog;
  /** It was asked to end: since when (`elapsed` of the clock), and how long it may take. */
  stopping?: { readonly since: number; readonly graceMs: number; readonly timer: Timer };
}

/**
 * Lives with one Pod from the moment this machine takes it until nothing of it is left.
 *
 * **Guarantee:** what a container is about to do is on disk before it does it, and how it ended before anybody is told; so a
 * container runs at most once per restart that the Pod's status shows, whenever the engine stops.
 *
 * One step at a time: whatever happens only wakes it, and it looks at everything anew.
 */
export class PodWorker {
  readonly #context: RunnerContext;
  readonly #directory: PodDirectory;
  readonly #live = new Map<string, LiveContainer>();
  readonly #starting = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  readonly #runs: Map<string, ContainerRun>;
  readonly #startedAt: string;
  #pod: Pod;
  #failure: PodFailure | undefined;
  /** A call in this process cannot outlive it: the Pods of a simulation leave no record, and cost no disk. */
  #isRecorded: boolean;
  /** What was written last: the watch may still show what was there before. */
  #written: PodStatus | undefined;
  #timer: Timer | undefined;
  #refresh: Timer | undefined;
  #configChanges = 0;
  #isDirty = false;
  #isBusy = false;
  #isGone = false;
  #isStopped = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(pod: Pod, context: RunnerContext) {
    this.#pod = pod;
    this.#context = context;
    this.#directory = new PodDirectory(context.dataDir, pod.metadata.uid!);
    const record = this.#directory.readRecord();
    const now = context.clock.now();
    this.#isRecorded = record !== undefined;
    this.#startedAt = record?.startedAt ?? pod.status?.startTime ?? toKubeTime(now);
    this.#failure = record?.failure ?? refusalOf(pod);
    this.#runs = record ? declareLost(record, now) : runsInStatus(pod, now);
    this.#wake();
  }

  update(pod: Pod): void {
    this.#pod = pod;
    this.#wake();
  }

  /** The Pod is no longer in the API: nothing of it may go on. Resolves when nothing does. */
  async gone(): Promise<void> {
    this.#isGone = true;
    await this.#end();
    await this.#directory.remove();
  }

  /** The engine stops: containers are ended, and found as lost when it starts again. */
  async stop(): Promise<void> {
    await this.#end();
  }

  /** A Secret or ConfigMap of the Pod's namespace changed. */
  configChanged(): void {
    this.#configChanges++;
    let waits = false;
    for (const [name, run] of this.#runs) {
      if (run.state.kind !== 'waiting' || !waitsForConfig(run.state.problem)) continue;
      waits = true;
      this.#runs.set(name, { ...run, state: { ...run.state, retryAt: this.#nowMs } });
    }
    if (waits) this.#wake();
    if (this.#live.size > 0) this.#refresh ??= this.#context.clock.after(REFRESH_DELAY_MS, () => void this.#refreshVolumes().catch(this.#context.onError));
  }

  /** The log that a running container writes. */
  liveLog(container: string): ContainerLog | undefined {
    return this.#live.get(container)?.log;
  }

  get #nowMs(): number {
    return this.#context.clock.now().getTime();
  }

  #wake(): void {
    this.#isDirty = true;
    if (this.#isBusy || this.#isStopped) return;
    this.#isBusy = true;
    this.#idle = this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#isDirty && !this.#isStopped) {
        this.#isDirty = false;
        await this.#step();
      }
    } catch (error) {
      if (this.#isStopped) return; // nobody answers any more
      this.#context.onError(error);
      this.#wakeIn(WRITE_RETRY_MS);
    } finally {
      this.#isBusy = false;
    }
  }

  async #step(): Promise<void> {
    const { clock, node } = this.#context;
    const plan = planPod({
      pod: this.#pod,
      runs: this.#runs,
      nowMs: this.#nowMs,
      startedAtMs: Date.parse(this.#startedAt),
      ...(this.#failure && { failure: this.#failure }),
    });
    if (plan.failure && !this.#failure) {
      this.#failure = plan.failure;
      this.#save();
      this.#event(warningEvent(plan.failure.reason, plan.failure.message));
    }
    for (const name of plan.start) this.#start(name);
    for (const name of plan.stop) this.#stopContainer(name);
    if (plan.wakeInMs !== undefined) this.#wakeIn(plan.wakeInMs);
    const before = this.#written ?? this.#pod.status;
    await this.#writeStatus(podStatus({ pod: this.#pod, before, runs: this.#runs, plan, startedAt: this.#startedAt, ip: node.ip, now: clock.now() }));
    await this.#finish(plan);
  }

  /** Nothing of an ended Pod needs its Secrets; what its containers left behind stays until the Pod is deleted. */
  async #finish({ phase, canGo }: PodPlan): Promise<void> {
    const isOver = phase === 'Succeeded' || phase === 'Failed';
    if (isOver) {
      for (const { name, emptyDir } of this.#pod.spec.volumes ?? []) {
        if (!emptyDir) rmSync(this.#directory.volume(name), { recursive: true, force: true });
      }
    }
    if (!canGo || this.#isGone) return;
    const { namespace, name, uid } = this.#pod.metadata;
    await unlessGone(this.#context.client.delete(podResource, { namespace: namespace!, name: name! }, { gracePeriodSeconds: 0, preconditions: { uid: uid! } }));
  }

  async #writeStatus(status: PodStatus): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    if (this.#isGone || isDeepStrictEqual(status, this.#written)) return;
    await unlessGone(this.#context.client.patchMerge(podResource, { namespace: namespace!, name: name!, subresource: 'status' }, { metadata: { uid }, status }));
    this.#written = status;
  }

  #start(name: string): void {
    const { container } = containersOf(this.#pod.spec).find((entry) => entry.container.name === name)!;
    const before = runOf(this.#runs, name);
    const isRestart = before.state.kind === 'terminated';
    const problem = before.state.kind === 'waiting' ? before.state.problem : undefined;
    const run: ContainerRun = {
      ...before,
      restartCount: before.restartCount + (isRestart ? 1 : 0),
      ...(before.state.kind === 'terminated' && { last: before.state.terminated }),
      state: { kind: 'starting', ...(problem && { problem }) },
    };
    this.#runs.set(name, run);
    const abort = new AbortController();
    const done = this.#launch(container, run, problem, abort.signal).then(() => {
      this.#starting.delete(name);
      this.#wake();
    });
    this.#starting.set(name, { abort, done });
  }

  async #launch(container: Container, run: ContainerRun, problem: Problem | undefined, signal: AbortSignal): Promise<void> {
    const { name } = container;
    const configChanges = this.#configChanges;
    try {
      const prepared = await orAborted(prepareContainer({ ...this.#context, ...this.#factsOf(container, run) }), signal);
      if (prepared === undefined) {
        this.#runs.set(name, { ...run, state: { kind: 'waiting' } });
        return;
      }
      this.#event(normalEvent('Pulled', `Container image "${container.image}" already present on machine`));
      this.#event(normalEvent('Created', `Created container: ${name}`));
      await this.#begin(container, { ...run, imageID: prepared.imageID }, prepared);
      this.#event(normalEvent('Started', `Started container ${name}`));
    } catch (error) {
      this.#failedToStart(container, run, error, { problem, retryNow: this.#configChanges !== configChanges });
    }
  }

  #factsOf(container: Container, { restartCount }: ContainerRun) {
    const { imageProgress } = this.#context;
    const image = container.image ?? '';
    let isPulling = false;
    return {
      pod: this.#pod,
      container,
      restartCount,
      directory: this.#directory,
      progress: (line: string) => {
        if (!isPulling) this.#event(normalEvent('Pulling', `Pulling image "${image}"`));
        isPulling = true;
        imageProgress?.(image, line);
      },
    };
  }

  /** On disk first: if the engine dies from here on, the container counts as having run. */
  async #begin(container: Container, run: ContainerRun, prepared: PreparedContainer): Promise<void> {
    const { clock } = this.#context;
    const { name } = container;
    const startedAt = toKubeTime(clock.now());
    this.#runs.set(name, { ...run, state: { kind: 'starting', launchedAt: startedAt } });
    this.#isRecorded ||= prepared.kind === 'process';
    this.#save();
    const log = new ContainerLog(this.#directory.log(name, run.restartCount), clock);
    const running = await launched(prepared, log, this.#context).catch((error: unknown) => {
      log.end();
      throw error;
    });
    const { pid } = running;
    this.#live.set(name, { running, log });
    const began = pid === undefined ? undefined : processBegan(pid);
    this.#runs.set(name, { ...run, state: { kind: 'running', startedAt, ...(pid !== undefined && { pid }), ...(began !== undefined && { processBegan: began }) } });
    if (pid !== undefined) this.#save();
    void running.exited.then((exit) => this.#ended(container, run, startedAt, exit)).catch(this.#context.onError);
  }

  async #ended(container: Container, run: ContainerRun, startedAt: string, { exitCode, reason, terminationMessage }: Exit): Promise<void> {
    const { name } = container;
    // The engine ended it, not the Pod: its record stays as it is, and it is declared lost when the engine starts again.
    if (this.#isStopped) return;
    const message =
      terminationMessage ??
      (await terminationMessageOf({
        container,
        exitCode,
        file: this.#directory.run(name, run.restartCount).terminationFile,
        logDirectory: this.#directory.log(name, run.restartCount),
      }));
    this.#terminated(name, run, {
      exitCode,
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(message !== undefined && { message }),
      startedAt,
      finishedAt: toKubeTime(this.#context.clock.now()),
      containerID: containerID(this.#pod, name, run.restartCount),
    });
    this.#live.get(name)?.stopping?.timer.cancel();
    this.#live.delete(name);
    this.#wake();
  }

  #failedToStart(container: Container, run: ContainerRun, error: unknown, { problem, retryNow }: { problem: Problem | undefined; retryNow: boolean }): void {
    const { name, image } = container;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof StartError) {
      const now = toKubeTime(this.#context.clock.now());
      this.#terminated(name, run, { exitCode: 128, reason: 'StartError', message, startedAt: now, finishedAt: now });
      this.#event(warningEvent('Failed', `Error: ${message}`));
      return;
    }
    const failures = (problem?.failures ?? 0) + 1;
    const { next, retryMs } = startProblem(error, { image: image ?? '', failures });
    const event = error instanceof VolumeError ? warningEvent('FailedMount', message) : warningEvent('Failed', `Error: ${message}`);
    if (problem?.message !== next.message) this.#event(event);
    this.#runs.set(name, { ...run, state: { kind: 'waiting', problem: next, retryAt: this.#nowMs + (retryNow ? 0 : retryMs) } });
    this.#save();
  }

  #terminated(name: string, run: ContainerRun, terminated: Terminated): void {
    this.#runs.set(name, { ...run, state: { kind: 'terminated', terminated } });
    this.#save();
  }

  #stopContainer(name: string): void {
    this.#starting.get(name)?.abort.abort();
    const live = this.#live.get(name);
    if (live === undefined) return;
    const { clock } = this.#context;
    const { deletionGracePeriodSeconds } = this.#pod.metadata;
    const graceMs = (deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1_000;
    if (live.stopping === undefined) {
      this.#event(normalEvent('Killing', `Stopping container ${name}`));
      if (graceMs > 0) live.running.terminate();
    } else if (graceMs >= live.stopping.graceMs) {
      return;
    }
    // A second deletion may shorten the wait.
    live.stopping?.timer.cancel();
    const since = live.stopping?.since ?? clock.elapsed();
    const leftMs = Math.max(since + graceMs - clock.elapsed(), 0);
    live.stopping = { since, graceMs, timer: clock.after(leftMs, () => live.running.kill()) };
  }

  async #end(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#refresh?.cancel();
    for (const { abort } of this.#starting.values()) abort.abort();
    await this.#idle;
    await Promise.all([...this.#starting.values()].map(({ done }) => done));
    const ended = [...this.#live.values()].map(({ running, stopping }) => {
      stopping?.timer.cancel();
      running.kill();
      return running.exited;
    });
    await Promise.all(ended);
  }

  /** New content for the volumes whose source changed, as a token that was renewed. Mounts with a subPath keep what they have, as on a cluster. */
  async #refreshVolumes(): Promise<void> {
    this.#refresh = undefined;
    const { config, node } = this.#context;
    for (const volume of this.#pod.spec.volumes ?? []) {
      if (volume.emptyDir || volume.persistentVolumeClaim || this.#isStopped || this.#live.size === 0) continue;
      try {
        await fillVolume(this.#directory.volume(volume.name), await volumeFiles(volume, { pod: this.#pod, config, node }));
      } catch (error) {
        // What is mounted stays; the next change tries again.
        if (!(error instanceof ConfigError || error instanceof ApiError)) throw error;
      }
    }
  }

  #wakeIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#context.clock.after(ms, () => this.#wake());
  }

  #event(event: EventNote): void {
    this.#context.recordEvent(this.#pod, event);
  }

  #save(): void {
    if (!this.#isRecorded) return;
    const runs = Object.fromEntries([...this.#runs].map(([name, run]) => [name, { ...run, state: recorded(run.state) }]));
    this.#directory.writeRecord({ startedAt: this.#startedAt, ...(this.#failure && { failure: this.#failure }), runs });
  }
}

/** What counts if the engine dies now: a container that may run has run. */
function recorded(state: RunState): RunState {
  if (state.kind !== 'starting') return state;
  return state.launchedAt === undefined ? { kind: 'waiting' } : { kind: 'running', startedAt: state.launchedAt };
}

async function launched(prepared: PreparedContainer, log: ContainerLog, { isolation, clock }: RunnerContext): Promise<RunningContainer> {
  if (prepared.kind === 'simulated') return startSimulated(prepared.image, prepared.container, log);
  return startProcess(isolation.launch(prepared.program), isolation, log, clock);
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  // Nobody waits for what was given up.
  work.catch(() => {});
  return signal.aborted ? undefined : Promise.race([work, aborted]);
}

/** That the Pod is gone, or another one has its name, is what the next event will say. */
async function unlessGone<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
    throw error;
  }
}
