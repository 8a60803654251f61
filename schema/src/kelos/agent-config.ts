import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { agentConfigFields, mcpServerFields, skillPackageFields } from './agent-config-fields.ts';
import { GROUP, HUB } from './group.ts';
import { secretReference } from './references.ts';
import { agentConfigV1alpha1 } from './v1alpha1/agent-config.ts';

const secretSource = z.object({
  secretRef: secretReference.describe('The Secret, in the namespace of the Task that uses it.'),
}).meta({ title: 'SecretValuesSource' });

const skillPackage = z.object({
  ...skillPackageFields,
  secretRef: secretReference.optional().describe(
    'Secret with a token for a private package, under GITHUB_TOKEN, in the namespace of the Task that uses it. Left out: the package is fetched anonymously.',
  ),
}).meta({ title: 'SkillPackage' });

const mcpServer = z.object({
  ...mcpServerFields,
  env: z.array(kubernetesType('io.k8s.api.core.v1.EnvVar')).optional().describe(
    'Environment variables of the program, as a value or from a key of a Secret or ConfigMap; other sources fail the Tasks that use it. For stdio. Left out: none are added.',
  ),
  envFrom: secretSource.optional().describe('Secret each of whose keys becomes an environment variable, over one of the same name in env. For stdio. Left out: none are added.'),
  headersFrom: secretSource.optional().describe('Secret each of whose keys becomes an HTTP header, over one of the same name in headers. For http and sse. Left out: none are added.'),
}).meta({
  title: 'McpServer',
  rules: [
    { rule: "self.type != 'stdio' || (has(self.command) && size(self.command) > 0)", message: 'command is required when type is stdio' },
    { rule: "!(self.type == 'http' || self.type == 'sse') || (has(self.url) && size(self.url) > 0)", message: 'url is required when type is http or sse' },
  ],
});

export const agentConfigSpec = z.object({
  ...agentConfigFields,
  skills: z.array(skillPackage).optional().describe('Packages of skills that are fetched before the agent starts and offered as the plugin skills-sh. Left out: there are none.'),
  mcpServers: z.array(mcpServer).optional().describe('MCP servers the agent may use. Left out: it has only those its image brings.'),
}).meta({ title: 'AgentConfigSpec', description: 'What the agent is given besides its prompt.' });

export const agentConfigKind = {
  group: GROUP,
  kind: 'AgentConfig',
  plural: 'agentconfigs',
  singular: 'agentconfig',
  shortNames: [],
  namespaced: true,
  description: 'Instructions, plugins, skills and MCP servers that agents are given besides their prompt.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: agentConfigSpec.optional() }),
    printerColumns: [],
  }, agentConfigV1alpha1],
} as const satisfies Kind;

export const agentConfigResource = resourceOf(agentConfigKind);

export type AgentConfigSpec = z.infer<typeof agentConfigSpec>;
export type McpServer = z.infer<typeof mcpServer>;
export type SkillPackage = z.infer<typeof skillPackage>;

/** An AgentConfig of the API. The server stores one without `spec` too, as the reference does. */
export interface AgentConfig {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: AgentConfigSpec;
}
