import { describe, expect, test } from 'vitest';
import type { Pod, PodSpec } from '../../../src/embedded/pod.ts';
import type { ContainerRun, RunState } from '../../../src/embedded/process-runner/container-run.ts';
import { planPod, type PodFailure, type PodPlan } from '../../../src/embedded/process-runner/plan-pod.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

const waiting: RunState = { kind: 'waiting' };
const starting: RunState = { kind: 'starting' };
const running: RunState = { kind: 'running', startedAt: secondsAgo(5) };
const ended = (exitCode: number, { ago = 0, ranSeconds = 1 } = {}): RunState => ({
  kind: 'terminated',
  terminated: { exitCode, reason: '', startedAt: secondsAgo(ago + ranSeconds), finishedAt: secondsAgo(ago) },
});

interface Row {
  it: string;
  spec?: Partial<PodSpec>;
  /** The state of each container by name: `a` and `b` are main, `i` and `j` init, `s` a sidecar. */
  states?: Record<string, RunState>;
  restarts?: number;
  deleted?: boolean;
  failure?: PodFailure;
  plan: Partial<PodPlan>;
}

function planOf({ spec, states = {}, restarts = 0, deleted = false, failure }: Row): PodPlan {
  const container = (name: string) => ({ name, ...(name === 's' && { restartPolicy: 'Always' }) });
  const names = Object.keys(states);
  const pod: Pod = {
    metadata: { name: 'pod', namespace: 'dev', uid: 'u', ...(deleted && { deletionTimestamp: secondsAgo(0) }) },
    spec: {
      restartPolicy: 'Never',
      initContainers: names.filter((name) => 'ijs'.includes(name)).map(container),
      containers: names.filter((name) => 'ab'.includes(name)).map(container),
      ...spec,
    },
  };
  const runs = new Map(names.map((name): [string, ContainerRun] => [name, { restartCount: restarts, state: states[name]! }]));
  return planPod({ pod, runs, nowMs: NOW, startedAtMs: NOW - 60_000, ...(failure && { failure }) });
}

const quiet = { start: [], backOff: [], stop: [], canGo: false };

describe('starting', () => {
  test.each<Row>([
    { it: 'all containers together', states: { a: waiting, b: waiting }, plan: { ...quiet, phase: 'Pending', initialized: true, start: ['a', 'b'] } },
    { it: 'the first init container alone', states: { i: waiting, j: waiting, a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: false, start: ['i'] } },
    { it: 'nothing while an init container runs', states: { i: running, j: waiting, a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: false } },
    { it: 'the next init container after a success', states: { i: ended(0), j: waiting, a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: false, start: ['j'] } },
    { it: 'the containers after the last init container', states: { i: ended(0), j: ended(0), a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: true, start: ['a'] } },
    { it: 'nothing beside a sidecar that is starting', states: { s: starting, a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: false } },
    { it: 'the containers beside a running sidecar', states: { s: running, a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: true, start: ['a'] } },
    { it: 'nothing twice', states: { a: starting }, plan: { ...quiet, phase: 'Pending', initialized: true } },
    { it: 'a container that has to wait, later', states: { a: { kind: 'waiting', retryAt: NOW + 5_000 } }, plan: { ...quiet, phase: 'Pending', initialized: true, wakeInMs: 5_000 } },
  ])('$it', (row) => expect(planOf(row)).toEqual(row.plan));
});

describe('restarting', () => {
  const backOff = (seconds: number, delayMs: number) => ({ backOff: [{ name: 'a', retryAt: NOW + seconds * 1_000, delayMs, isRestart: true }], wakeInMs: seconds * 1_000 });
  test.each<Row>([
    { it: 'the first time at once', spec: { restartPolicy: 'Always' }, states: { a: ended(1) }, plan: { ...quiet, phase: 'Running', initialized: true, start: ['a'] } },
    { it: 'the second time after 10 s', spec: { restartPolicy: 'Always' }, states: { a: ended(1) }, restarts: 1, plan: { ...quiet, phase: 'Running', initialized: true, ...backOff(10, 10_000) } },
    { it: 'the third time after 20 s', spec: { restartPolicy: 'Always' }, states: { a: ended(1) }, restarts: 2, plan: { ...quiet, phase: 'Running', initialized: true, ...backOff(20, 20_000) } },
    { it: 'never later than after five minutes', spec: { restartPolicy: 'Always' }, states: { a: ended(1) }, restarts: 20, plan: { ...quiet, phase: 'Running', initialized: true, ...backOff(300, 300_000) } },
    { it: 'at once after ten good minutes', spec: { restartPolicy: 'Always' }, states: { a: ended(1, { ranSeconds: 600 }) }, restarts: 20, plan: { ...quiet, phase: 'Running', initialized: true, start: ['a'] } },
    { it: 'a failure under OnFailure', spec: { restartPolicy: 'OnFailure' }, states: { a: ended(1), b: running }, plan: { ...quiet, phase: 'Running', initialized: true, start: ['a'] } },
    { it: 'no success under OnFailure', spec: { restartPolicy: 'OnFailure' }, states: { a: ended(0), b: running }, plan: { ...quiet, phase: 'Running', initialized: true } },
    { it: 'nothing under Never', states: { a: ended(1), b: running }, plan: { ...quiet, phase: 'Running', initialized: true } },
    { it: 'a sidecar whatever the policy', states: { s: ended(0), a: running }, plan: { ...quiet, phase: 'Running', initialized: true, start: ['s'] } },
    { it: 'an init container under OnFailure', spec: { restartPolicy: 'OnFailure' }, states: { i: ended(1), a: waiting }, plan: { ...quiet, phase: 'Pending', initialized: false, start: ['i'] } },
  ])('$it', (row) => expect(planOf(row)).toEqual(row.plan));
});

describe('ending', () => {
  const others = { stopReason: 'the other containers have ended', initialized: true };
  const deadline: PodFailure = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
  test.each<Row>([
    { it: 'well when all containers did', states: { a: ended(0), b: ended(0) }, plan: { ...quiet, ...others, phase: 'Succeeded' } },
    { it: 'badly when one did not', states: { a: ended(0), b: ended(1) }, plan: { ...quiet, ...others, phase: 'Failed' } },
    { it: 'with the init container that failed', states: { i: ended(1), a: waiting }, plan: { ...quiet, ...others, initialized: false, phase: 'Failed' } },
    { it: 'only after its sidecars, which it stops', states: { s: running, a: ended(0) }, plan: { ...quiet, ...others, phase: 'Running', stop: ['s'] } },
    { it: 'well whatever its sidecars said', states: { s: ended(137), a: ended(0) }, plan: { ...quiet, ...others, phase: 'Succeeded' } },
    { it: 'by deletion: containers first', states: { s: running, a: running, b: running }, deleted: true, plan: { ...quiet, ...others, stopReason: 'the Pod was deleted', phase: 'Running', stop: ['a', 'b'] } },
    { it: 'by deletion: sidecars last', states: { s: running, a: ended(143) }, deleted: true, plan: { ...quiet, ...others, stopReason: 'the Pod was deleted', phase: 'Running', stop: ['s'] } },
    { it: 'by deletion: then it can go', states: { s: ended(143), a: ended(143) }, deleted: true, plan: { ...quiet, ...others, stopReason: 'the Pod was deleted', phase: 'Failed', canGo: true } },
    { it: 'by deletion before it began', states: { a: waiting }, deleted: true, plan: { ...quiet, ...others, stopReason: 'the Pod was deleted', phase: 'Failed', canGo: true } },
    { it: 'by deadline', spec: { activeDeadlineSeconds: 60 }, states: { a: running }, plan: { ...quiet, initialized: true, failure: deadline, stopReason: deadline.message, phase: 'Running', stop: ['a'] } },
    { it: 'not a second before its deadline', spec: { activeDeadlineSeconds: 61 }, states: { a: running }, plan: { ...quiet, initialized: true, phase: 'Running', wakeInMs: 1_000 } },
    { it: 'by deadline as failed, though its containers obeyed', states: { a: ended(0) }, failure: deadline, plan: { ...quiet, initialized: true, failure: deadline, stopReason: deadline.message, phase: 'Failed' } },
    { it: 'before its deadline, for good', spec: { activeDeadlineSeconds: 1 }, states: { a: ended(0) }, plan: { ...quiet, ...others, phase: 'Succeeded' } },
  ])('$it', (row) => expect(planOf(row)).toEqual(row.plan));
});
