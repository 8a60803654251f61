import { GROUP, HUB, SPOKE } from '../group.ts';
import { agentConfigConversion } from './agent-config.ts';
import { type Content, type Conversion, type Convertible, type ConvertibleMeta, without } from './record.ts';
import { type Places, readRest, restOf, withRest } from './rest.ts';
import { SPAWNER_PLACES, TEMPLATE_ENVIRONMENT, taskSpawnerConversion } from './task-spawner.ts';
import { TASK_ENVIRONMENT, TASK_PLACES, taskConversion } from './task.ts';
import { workspaceConversion } from './workspace.ts';

/** What of the hub the older version cannot say, beyond the annotations of the reference. On objects of the older version only. */
export const REST_OF_HUB = 'taskwright.dev/v1alpha2-rest';
/** What of the older version the hub says in another way, so that it can be said again as it was. On objects of the hub only. */
const REST_OF_SPOKE = 'taskwright.dev/v1alpha1-rest';

interface TwoVersions {
  readonly conversion: Conversion;
  /** What of an object the versions say in different ways: nothing else is ever put back. */
  readonly places: Places;
  readonly together: Places;
}

const CONVERSIONS: Readonly<Record<string, TwoVersions>> = {
  Task: { conversion: taskConversion, places: TASK_PLACES, together: TASK_ENVIRONMENT },
  Workspace: { conversion: workspaceConversion, places: [['spec', 'ghproxy']], together: [] },
  AgentConfig: { conversion: agentConfigConversion, places: [['spec', 'mcpServers'], ['spec', 'skills']], together: [] },
  TaskSpawner: { conversion: taskSpawnerConversion, places: SPAWNER_PLACES, together: TEMPLATE_ENVIRONMENT },
};

/**
 * An object of `kelos.dev` in the other version: `kelos.dev/v1alpha1` or `kelos.dev/v1alpha2`.
 *
 * **Guarantee** The way there and back is the object as it was, unless it was changed on the way; then the change is what holds.
 * Of `metadata` only annotations change, `object` itself does not, and what an annotation holds is never an error.
 *
 * **Assumes** that who serves it validates what it returns. Users may write annotations, and the API server believes a conversion: a Task
 * could be given another worker by its annotation, which the older version does not see as a change of the spec. An install that converts freezes it by
 * an admission policy (`src/private/admission-policies.ts`).
 *
 * **Errors** `RangeError` for a kind or a version that there is not.
 */
export function convert<Metadata extends ConvertibleMeta>(object: Convertible<Metadata>, apiVersion: string): Convertible<Omit<Metadata, 'annotations'> & ConvertibleMeta> {
  const known = CONVERSIONS[object.kind ?? ''];
  if (!known) throw new RangeError(`${object.kind}: it has one version only; ${Object.keys(CONVERSIONS).join(', ')} have two`);
  for (const version of [object.apiVersion, apiVersion]) {
    if (version !== OLDER && version !== NEWER) throw new RangeError(`${object.kind}: there is no version ${version}; there are ${OLDER} and ${NEWER}`);
  }
  if (object.apiVersion === apiVersion) return object;
  const [there, back, mine, others] = apiVersion === NEWER
    ? [known.conversion.up, known.conversion.down, REST_OF_SPOKE, REST_OF_HUB] as const
    : [known.conversion.down, known.conversion.up, REST_OF_HUB, REST_OF_SPOKE] as const;

  const { annotations: { [others]: kept, [mine]: _, ...annotations } = {}, ...metadata } = object.metadata;
  const original: Content = { annotations, spec: object.spec, status: object.status };
  const converted = withRest(there(original), readRest(kept, known.places));
  const rest = restOf(original, back(converted), known.together);
  const all = { ...converted.annotations, ...rest.length > 0 && { [mine]: JSON.stringify(rest) } };
  return {
    ...without(object as unknown as Readonly<Record<string, unknown>>, 'spec', 'status'),
    apiVersion,
    metadata: { ...metadata, ...Object.keys(all).length > 0 && { annotations: all } },
    ...converted.spec !== undefined && { spec: converted.spec },
    ...converted.status !== undefined && { status: converted.status },
  };
}

const OLDER = `${GROUP}/${SPOKE.name}`;
const NEWER = `${GROUP}/${HUB.name}`;
