import { z } from 'zod';
import { kubernetesType } from '../../kubernetes/kubernetes-type.ts';
import { AGENT_TYPES } from '../agent-type.ts';
import { RESERVED_PREFIX, WORKSPACE_VOLUME, podOverrides } from '../pod-overrides.ts';
import { agentConfigReference } from '../references.ts';
import { workerFields } from '../worker.ts';
import { secretReference } from './references.ts';

const credentials = z.object({
  type: z.enum(['api-key', 'oauth', 'none']).describe('How the agent authenticates: with an API key or an OAuth token from the Secret, or with what podOverrides supplies.'),
  secretRef: secretReference.optional().describe('The Secret with the credential. Left out: nothing is injected, which only the type none allows.'),
}).meta({ title: 'Credentials', rules: [{ rule: "self.type == 'none' || has(self.secretRef)", message: 'secretRef is required unless type is none' }] });

const volumes = z.array(kubernetesType('io.k8s.api.core.v1.Volume')).optional().meta({
  description: `More volumes for the Pod; none is called ${WORKSPACE_VOLUME}, or begins with ${RESERVED_PREFIX}. Left out: there are only the built-in ones.`,
  rules: [{
    rule: `self.all(v, v.name != '${WORKSPACE_VOLUME}' && !v.name.startsWith('${RESERVED_PREFIX}'))`,
    message: `names of volumes must not be ${WORKSPACE_VOLUME} or begin with ${RESERVED_PREFIX}`,
  }],
});

/** The environment of an agent, directly in the spec: this version has no worker and no pool. */
export const flatWorkerFields = {
  ...workerFields,
  type: z.enum(AGENT_TYPES).describe('The agent that runs.'),
  credentials: credentials.describe('How the agent authenticates to its model provider.'),
  podOverrides: podOverrides.extend({ volumes }).meta({ title: 'PodOverrides' }).optional().describe('Changes to the Pod the agent runs in. Left out: the Pod stays as it is built.'),
  agentConfigRef: agentConfigReference.optional().describe('One AgentConfig. Left out: agentConfigRefs names them.'),
};

export const oneListOfConfigs = {
  rule: '!(has(self.agentConfigRef) && has(self.agentConfigRefs))',
  message: 'agentConfigRef and agentConfigRefs exclude each other',
};
