import type { Pod } from '../../src/embedded/pod.ts';
import type { Script } from './fake-kubelet.ts';
import { result } from './task-fixtures.ts';

/** What a step of it costs, in dollars. */
const STEP_USD = 0.1;

/** The limit that a Pod is told, in dollars. */
export function limitIn(pod: Pod): string | undefined {
  return pod.spec.containers[0]!.env?.find(({ name }) => name === 'TASKWRIGHT_MAX_COST_USD')?.value;
}

/** An agent as ours are: it works in steps of ten cents until it has spent what it wants, and is stopped after the one that passes its limit. */
export function stepAgent(wantedUsd: number): (pod: Pod) => Script {
  return (pod) => {
    const limit = limitIn(pod);
    const wanted = Math.round(wantedUsd / STEP_USD);
    const steps = Math.min(wanted, limit === undefined ? wanted : Math.floor(Number(limit) / STEP_USD + 1e-9) + 1);
    const outputs = ['branch: b', `cost-usd: ${(steps * STEP_USD).toFixed(1)}`];
    if (steps === wanted) return { runsForMs: 60_000, message: result(outputs) };
    return { runsForMs: 60_000, exitCode: 143, message: result(outputs, { error: 'claude-code was stopped at the limit of what it may spend', reason: 'Limit' }) };
  };
}
