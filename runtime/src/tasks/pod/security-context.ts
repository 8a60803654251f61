import type { PodSecurityContext, SecurityContext } from '@taskwright/schema/kubernetes';
import { AGENT_ID } from './paths.ts';
import type { PodRequest } from './pod-request.ts';

/**
 * What both containers of ours run with: all that the Pod Security level `restricted` asks for.
 *
 * It is on the containers and not on the Pod, so that an extra container (a database that starts as root) is what its
 * author made it, as in the reference.
 */
const RESTRICTED: SecurityContext = {
  runAsNonRoot: true,
  runAsUser: AGENT_ID,
  runAsGroup: AGENT_ID,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

export function prepareSecurityContext(): SecurityContext {
  return RESTRICTED;
}

/** `containerSecurityContext` replaces the whole; what `podSecurityContext` decides for the Pod is not decided again here. */
export function agentSecurityContext({ worker }: PodRequest): SecurityContext {
  const { containerSecurityContext, podSecurityContext = {} } = worker.podOverrides;
  if (containerSecurityContext) return containerSecurityContext;
  return Object.fromEntries(Object.entries(RESTRICTED).filter(([field]) => !(field in podSecurityContext)));
}

/** `podSecurityContext` replaces the default, but for `fsGroup`: without it the agent could not write what was cloned. */
export function podSecurityContext({ worker, workspace, cloneCache }: PodRequest): PodSecurityContext {
  const { podSecurityContext: override } = worker.podOverrides;
  return {
    ...(workspace ? { fsGroup: AGENT_ID } : {}),
    // Else the kubelet would go through every file of the cache before each Pod.
    ...(cloneCache ? { fsGroupChangePolicy: 'OnRootMismatch' as const } : {}),
    ...(override ?? { seccompProfile: { type: 'RuntimeDefault' } }),
  };
}
