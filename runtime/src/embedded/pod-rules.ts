import type { ApiObject } from './api-object.ts';
import { isEqual, isObject, without, type JsonObject } from './json.ts';
import { completePodSpec } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';
import type { ResourceRules } from './served-resource.ts';
import type { FieldError } from './status-error.ts';

interface PodState {
  readonly spec?: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };
  readonly status?: { readonly phase?: string };
}

const DEFAULT_GRACE_SECONDS = 30;

/** A Pod starts as Pending; its spec hardly changes; and once a node runs it, a deletion waits for that node to have stopped it. */
export const podRules: ResourceRules = {
  complete: (pod) => ({ ...pod, spec: completePodSpec(pod.spec) }),
  prepareForCreate: (pod) => ({ ...pod, status: { phase: 'Pending' } }),
  validate: (pod, old) => (old === undefined ? validatePodSpec(pod.spec, 'spec') : validateUpdate(pod, old)),
  answersDeletionWithObject: true,
  gracePeriodSeconds: (pod, requested) => {
    const { spec, status } = pod as ApiObject & PodState;
    const isRunning = spec?.nodeName !== undefined && spec.nodeName !== '' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
    return isRunning ? requested ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS : 0;
  },
};

const CHANGEABLE = 'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,'
  + '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A node may be assigned once, as the binding of a scheduler does it: here the node writes it itself. */
function validateUpdate(pod: ApiObject, old: ApiObject): FieldError[] {
  if (isEqual(fixedPart(pod.spec, old.spec), fixedPart(old.spec, old.spec))) return [];
  return [{ reason: 'FieldValueForbidden', field: 'spec', message: CHANGEABLE.slice('spec: '.length) }];
}

function fixedPart(spec: unknown, oldSpec: unknown): unknown {
  if (!isObject(spec)) return spec;
  const isAssigned = isObject(oldSpec) && Boolean(oldSpec.nodeName);
  const rest = without(spec, 'activeDeadlineSeconds', 'tolerations', ...(isAssigned ? [] : ['nodeName']));
  const withoutImages = (containers: unknown) => (Array.isArray(containers) ? containers.map((container: JsonObject) => without(container, 'image', 'imagePullPolicy')) : containers);
  return { ...rest, containers: withoutImages(spec.containers), initContainers: withoutImages(spec.initContainers) };
}
