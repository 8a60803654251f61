import { type Fields, fieldsIn, having, isEmpty, textIn, without } from './record.ts';

/** What says in which environment an agent runs: in a worker, in a pool, or directly in the spec. */
export const ENVIRONMENT_FIELDS = ['worker', 'workerPoolRef', 'type', 'credentials', 'model', 'effort', 'image', 'workspaceRef', 'agentConfigRefs', 'podOverrides'] as const;

/** The older version has every field of a worker directly in the spec, and no pool. It requires type and credentials, which a pool leaves empty. */
export function flatEnvironment(spec: Fields): Fields {
  const { worker, workerPoolRef, ...flat } = spec;
  const filled = workerPoolRef !== undefined ? flat : ENVIRONMENT_FIELDS.slice(2).reduce<Fields>((fields, name) => (
    isEmpty(flat[name]) && !isEmpty(fieldsIn({ worker }, 'worker')?.[name]) ? having(fields, name, fieldsIn({ worker }, 'worker')![name]) : fields
  ), flat);
  return { ...filled, type: filled.type ?? '', credentials: filled.credentials ?? { type: '' } };
}

/** The hub has one list of AgentConfigs, and says of a pool nothing that the pool has. */
export function environmentOfHub(spec: Fields): Fields {
  const { agentConfigRef, ...rest } = spec;
  const one = agentConfigRef !== undefined && isEmpty(rest.agentConfigRefs) ? having(rest, 'agentConfigRefs', [agentConfigRef]) : rest;
  const typed = isEmpty(one.type) ? without(one, 'type') : one;
  return isEmpty(textIn(typed.credentials, 'type')) ? without(typed, 'credentials') : typed;
}
