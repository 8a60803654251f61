import type { ApiObject } from './api-object.ts';
import type { ResourceRules } from './served-resource.ts';

interface PodState {
  readonly spec?: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };
  readonly status?: { readonly phase?: string };
}

const DEFAULT_GRACE_SECONDS = 30;

/** A Pod starts as Pending, and once a node runs it, a deletion waits for that node to have stopped it. */
export const podRules: ResourceRules = {
  prepareForCreate: (pod) => ({ ...pod, status: { phase: 'Pending' } }),
  answersDeletionWithObject: true,
  gracePeriodSeconds: (pod, requested) => {
    const { spec, status } = pod as ApiObject & PodState;
    const isRunning = spec?.nodeName !== undefined && spec.nodeName !== '' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
    return isRunning ? requested ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS : 0;
  },
};
