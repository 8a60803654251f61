import type { Container } from '@taskwright/schema/kubernetes';
import { agentEnvironment } from './environment.ts';
import { chooseImage, type Images } from './image.ts';
import { literal } from './literal.ts';
import { AGENT_CONTAINER, REPOSITORY_DIR, RESULT_FILE } from './paths.ts';
import type { PodRequest } from './pod-request.ts';
import { agentSecurityContext } from './security-context.ts';
import { volumeMounts } from './volumes.ts';

/** The agent itself: its entrypoint, the prompt as the only argument, and the file it leaves its result in. */
export function agentContainer(request: PodRequest, images: Images): Container {
  const { worker, workspace, inputs } = request;
  const { image, command, pullPolicy } = chooseImage(worker, images);
  const mounts = volumeMounts(request, 'agent');
  const { resources } = worker.podOverrides;
  return {
    name: AGENT_CONTAINER,
    image,
    ...(pullPolicy ? { imagePullPolicy: pullPolicy } : {}),
    command: [...command],
    args: [literal(inputs.prompt.argument)],
    ...(workspace ? { workingDir: REPOSITORY_DIR } : {}),
    env: agentEnvironment(request),
    ...(resources ? { resources } : {}),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    terminationMessagePath: RESULT_FILE,
    securityContext: agentSecurityContext(request),
  };
}
