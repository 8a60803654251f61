import { type Conversion, without } from './record.ts';
import type { Places } from './rest.ts';
import { ENVIRONMENT_FIELDS, environmentOfHub, flatEnvironment } from './worker.ts';

/** Who changes one of these in the older version has moved the Task out of its worker or pool. */
export const TASK_ENVIRONMENT: Places = ENVIRONMENT_FIELDS.map((field) => ['spec', field]);

/** What either version says in its own way. */
export const TASK_PLACES: Places = [...TASK_ENVIRONMENT, ['spec', 'agentConfigRef'], ['spec', 'podFailurePolicy'], ['status', 'usage'], ['status', 'conditions']];

/** The older version has no worker, no pool, no podFailurePolicy, and no usage and conditions in the status. */
export const taskConversion: Conversion = {
  up: ({ annotations, spec, status }) => ({ annotations, spec: spec && environmentOfHub(spec), status }),
  down: ({ annotations, spec, status }) => ({
    annotations,
    spec: spec && flatEnvironment(without(spec, 'podFailurePolicy')),
    status: status && without(status, 'usage', 'conditions'),
  }),
};
