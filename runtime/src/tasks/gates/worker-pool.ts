import type { Gate } from '../gate.ts';

/** A Task for a WorkerPool is not run as a Job. Nothing here serves pools yet: it waits, and says so. */
export const workerPoolGate: Gate = ({ task }) => {
  const pool = task.spec.workerPoolRef?.name;
  if (pool === undefined) return undefined;
  return { hold: 'WorkerPoolUnsupported', message: `Waiting for WorkerPool "${pool}": this operator does not serve WorkerPools; use spec.worker instead` };
};
