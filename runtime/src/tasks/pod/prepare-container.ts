import type { Container } from '@taskwright/schema/kubernetes';
import { prepareEnvironment } from './environment.ts';
import type { Images } from './image.ts';
import { PREPARE_CONTAINER } from './paths.ts';
import type { PodRequest } from './pod-request.ts';
import { prepareSecurityContext } from './security-context.ts';
import { volumeMounts } from './volumes.ts';

/** Clones, checks out, writes files, copies plugins and installs skills, before the agent starts. */
export function prepareContainer(request: PodRequest, { agentTools }: Images): Container {
  return {
    name: PREPARE_CONTAINER,
    image: agentTools.image,
    ...(agentTools.pullPolicy ? { imagePullPolicy: agentTools.pullPolicy } : {}),
    command: ['/taskwright/agent', 'prepare'],
    env: prepareEnvironment(request),
    volumeMounts: volumeMounts(request, 'prepare'),
    // A program that could not say why it ended leaves its last lines: "could not clone" is then in the Task's message.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: prepareSecurityContext(),
  };
}
