import { AGENT_TYPES, type AgentType } from '@taskwright/schema';
import { JobBuildError } from '../job-build-error.ts';
import type { Worker } from '../worker.ts';

/** The images Pods are made of, as the operator was told. */
export interface Images {
  /** By agent type. A type without an image can only run with one of its own. */
  readonly agents: Partial<Readonly<Record<AgentType, AgentImage>>>;
  /** What prepares the workspace: has `/taskwright/agent`. */
  readonly agentTools: AgentImage;
}

export interface AgentImage {
  readonly image: string;
  /** Left out: Kubernetes' default, which depends on the tag. */
  readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
}

export interface ImageChoice extends AgentImage {
  readonly command: readonly string[];
}

/** The images that are known to have tini, which reaps what an agent leaves behind. A mirror or a custom image may not. */
const IMAGES_WITH_TINI = ['ghcr.io/kelos-dev', 'ghcr.io/taskwright'].flatMap((registry) => AGENT_TYPES.map((name) => `${registry}/${name}`));

/** The Task's own image, or that of its agent type; the pull policy is always that of the type, as in the reference. */
export function chooseImage({ type, image: override }: Pick<Worker, 'type' | 'image'>, { agents }: Images): ImageChoice {
  const configured = agents[type];
  const image = override ?? configured?.image;
  if (!image) throw new JobBuildError(`unsupported agent type: ${type}`);
  const entrypoint = ['/kelos_entrypoint.sh'];
  return {
    image,
    ...(configured?.pullPolicy ? { pullPolicy: configured.pullPolicy } : {}),
    command: !override && hasTini(image) ? ['/usr/bin/tini', '-g', '--', ...entrypoint] : entrypoint,
  };
}

function hasTini(image: string): boolean {
  return IMAGES_WITH_TINI.some((repository) => image === repository || image.startsWith(`${repository}:`) || image.startsWith(`${repository}@`));
}
