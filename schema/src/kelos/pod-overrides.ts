import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ValidationRule } from '../structural.ts';

/** Names of containers and volumes that begin with this are the operator's own. */
export const RESERVED_PREFIX = 'kelos-';

/** Init containers of the operator whose names carry no prefix. */
export const BUILT_IN_INIT_CONTAINERS = ['git-clone', 'remote-setup', 'branch-setup', 'workspace-files', 'plugin-setup', 'skills-install'] as const;

/** The volume of the operator whose name carries no prefix. */
export const WORKSPACE_VOLUME = 'workspace';

const containerNameRules = (field: string): ValidationRule[] => [
  { rule: "self.all(c, c.name != '')", message: `each of ${field} needs a name` },
  {
    rule: `self.all(c, !c.name.startsWith('${RESERVED_PREFIX}') && !(c.name in [${BUILT_IN_INIT_CONTAINERS.map((name) => `'${name}'`).join(', ')}]))`,
    message: `names of ${field} must not begin with ${RESERVED_PREFIX} or be the name of a built-in init container`,
  },
];

const containers = () => z.array(kubernetesType('io.k8s.api.core.v1.Container')).max(8);

export const podOverrides = z.object({
  resources: kubernetesType('io.k8s.api.core.v1.ResourceRequirements').optional()
    .describe('CPU, memory and other resources the agent container requests and is limited to. Left out: none are set.'),
  activeDeadlineSeconds: z.int().min(1).optional()
    .describe('Seconds of wall-clock time after which the run is killed and counts as failed. Left out: no limit.'),
  env: z.array(kubernetesType('io.k8s.api.core.v1.EnvVar')).optional().describe(
    'More environment variables for the agent container, after the built-in ones. An entry whose name is built in has no effect. Left out: there are only the built-in ones.',
  ),
  labels: z.record(z.string(), z.string()).optional()
    .describe('More labels for the Job and its Pod. Where a key is built in, the built-in value wins. Left out: there are only the built-in ones.'),
  nodeSelector: z.record(z.string(), z.string()).optional()
    .describe('Labels a node must have to run the Pod. Left out: any node.'),
  serviceAccountName: z.string().optional()
    .describe('Service account of the Pod. Left out: the default account of the namespace, and no API token is mounted.'),
  tolerations: z.array(kubernetesType('io.k8s.api.core.v1.Toleration')).optional()
    .describe('Taints of nodes that the Pod tolerates. Left out: none beyond those Kubernetes adds to every Pod.'),
  affinity: kubernetesType('io.k8s.api.core.v1.Affinity').optional()
    .describe('Rules that draw the Pod to nodes and other Pods, or keep it away from them. Left out: there are none.'),
  imagePullSecrets: z.array(kubernetesType('io.k8s.api.core.v1.LocalObjectReference')).optional()
    .describe('Secrets with which the images of the Pod are pulled. Left out: those of the service account.'),
  podSecurityContext: kubernetesType('io.k8s.api.core.v1.PodSecurityContext').optional().describe(
    'Security context of the Pod, in place of the default one. An fsGroup that is left out stays 61100, the group of the agent user. Left out: no root, and the seccomp profile of the runtime.',
  ),
  containerSecurityContext: kubernetesType('io.k8s.api.core.v1.SecurityContext').optional()
    .describe('Security context of the agent container alone, in place of the default one. Left out: user 61100, no capabilities and no privilege escalation.'),
  volumes: z.array(kubernetesType('io.k8s.api.core.v1.Volume')).optional().describe(
    `More volumes for the Pod. Their names must be unique and must neither be ${WORKSPACE_VOLUME} nor begin with ${RESERVED_PREFIX}; this is checked when the Pod is built. Left out: there are only the built-in ones.`,
  ),
  volumeMounts: z.array(kubernetesType('io.k8s.api.core.v1.VolumeMount')).optional().describe(
    'More mounts for the agent container, of volumes from the list above or of the built-in workspace, kelos-plugin and kelos-github-token. Left out: there are only the built-in ones.',
  ),
  extraInitContainers: containers().optional().meta({
    description: 'Init containers that run after the built-in ones, at most 8. With restartPolicy Always one runs beside the agent as a sidecar. Left out: there are only the built-in ones.',
    listMapKeys: ['name'],
    rules: containerNameRules('extraInitContainers'),
  }),
  extraContainers: containers().optional().meta({
    description: 'Containers that run beside the agent container, at most 8. Left out: the agent container is the only one.',
    listMapKeys: ['name'],
    rules: containerNameRules('extraContainers'),
  }),
}).meta({ title: 'PodOverrides' });

export type PodOverrides = z.infer<typeof podOverrides>;
