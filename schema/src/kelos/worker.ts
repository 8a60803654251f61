import { z } from 'zod';
import { AGENT_TYPES } from './agent-type.ts';
import { credentials } from './credentials.ts';
import { podOverrides } from './pod-overrides.ts';
import { agentConfigReference, workspaceReference } from './references.ts';

/** The empty string is let through for compatibility and means that no agent was chosen here. */
const agentType = z.enum([...AGENT_TYPES, '']);

/** The environment an agent runs in. What is mandatory in it is said by the kind that holds it. */
export const workerFields = {
  type: agentType.optional().describe('The agent that runs. Left out: no agent is chosen here, which most kinds refuse.'),
  credentials: credentials.optional().describe('How the agent authenticates to its model provider. Left out: whoever holds this provides it, or refuses it.'),
  model: z.string().optional().describe('Model the agent uses, handed to it as KELOS_MODEL. Left out: the default of the agent.'),
  effort: z.string().optional().describe(
    'How hard the model should think, in the words of the agent, handed to it as KELOS_EFFORT. Left out: the default of the agent.',
  ),
  image: z.string().optional().describe(
    'Container image in place of the one that comes for the type. It must follow the agent image contract. Left out: the image of the type.',
  ),
  workspaceRef: workspaceReference.optional().describe('The Workspace that is cloned for the agent. Left out: the agent starts in an empty directory.'),
  agentConfigRefs: z.array(agentConfigReference).min(1).optional().describe(
    'AgentConfigs with instructions, plugins, skills and MCP servers, merged in the order of the list. Left out: the agent gets none.',
  ),
  podOverrides: podOverrides.optional().describe('Changes to the Pod the agent runs in. Left out: the Pod stays as it is built.'),
};

export const workerSpec = z.object(workerFields).meta({
  title: 'WorkerSpec',
  rules: [{
    rule: "!has(self.credentials) || self.credentials.type == 'none' || has(self.credentials.secretRef)",
    message: 'credentials.secretRef is required unless credentials.type is none',
  }],
});

/** The same fields where older manifests have them, directly in the spec. Where both are set, the value of the worker wins. */
export const legacyWorkerFields = {
  type: workerFields.type.meta(deprecatedFor('type')),
  credentials: credentials.meta({
    rules: [{
      rule: "size(self.type) == 0 || self.type == 'none' || has(self.secretRef)",
      message: 'secretRef is required unless type is none',
    }],
  }).optional().meta(deprecatedFor('credentials')),
  model: workerFields.model.meta(deprecatedFor('model')),
  effort: workerFields.effort.meta(deprecatedFor('effort')),
  image: workerFields.image.meta(deprecatedFor('image')),
  workspaceRef: workerFields.workspaceRef.meta(deprecatedFor('workspaceRef')),
  agentConfigRefs: workerFields.agentConfigRefs.meta(deprecatedFor('agentConfigRefs')),
  podOverrides: workerFields.podOverrides.meta(deprecatedFor('podOverrides')),
};

function deprecatedFor(field: keyof typeof workerFields) {
  return { description: `Deprecated: use worker.${field}, which means the same.` };
}

export type WorkerSpec = z.infer<typeof workerSpec>;
