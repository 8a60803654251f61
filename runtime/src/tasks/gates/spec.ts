import type { Gate } from '../gate.ts';
import { workerOf } from '../worker.ts';

/** Refuses a Task that names neither an agent nor a pool: the server stores one without a spec, and holds every other to its rules. */
export const specGate: Gate = ({ task }) => {
  if (workerOf(task).type || task.spec.workerPoolRef) return undefined;
  return { refuse: 'SpecMissing', message: 'Task has no spec, so nothing says which agent is to do what; delete it and create it with one' };
};
