import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, HUB } from './group.ts';
import { secretReference } from './references.ts';

const secretSource = z.object({
  secretRef: secretReference.describe('The Secret, in the namespace of the Task that uses it.'),
}).meta({ title: 'SecretValuesSource' });

const skillDefinition = z.object({
  name: z.string().min(1).describe('Name of the skill: it becomes <plugin>/skills/<name>/SKILL.md, and must not hold a slash or be . or .. itself.'),
  content: z.string().describe('The whole text of SKILL.md.'),
}).meta({ title: 'SkillDefinition' });

const agentDefinition = z.object({
  name: z.string().min(1).describe('Name of the sub-agent: it becomes <plugin>/agents/<name>.md, and must not hold a slash or be . or .. itself.'),
  content: z.string().describe('The whole text of the definition.'),
}).meta({ title: 'AgentDefinition' });

const plugin = z.object({
  name: z.string().min(1).describe(
    'Name of the plugin: its directory, and the namespace of its skills. It must not hold a slash or be . or .., nor be skills-sh where skills are used.',
  ),
  skills: z.array(skillDefinition).optional().describe('Skills of the plugin. Left out: it has none.'),
  agents: z.array(agentDefinition).optional().describe('Sub-agents of the plugin. Left out: it has none.'),
}).meta({ title: 'Plugin' });

const skillPackage = z.object({
  source: z.string().min(1).describe('The package: owner/repo on GitHub, or the HTTPS URL of a git repository.'),
  skill: z.string().optional().describe('The one skill that is installed. Left out: all skills of the package.'),
  secretRef: secretReference.optional().describe(
    'Secret with a token for a private package, under GITHUB_TOKEN, in the namespace of the Task that uses it. Left out: the package is fetched anonymously.',
  ),
}).meta({ title: 'SkillPackage' });

const mcpServer = z.object({
  name: z.string().min(1).describe('Name the agent knows the server by. Of two servers with the same name the later one counts.'),
  type: z.enum(['stdio', 'http', 'sse']).describe('How the agent reaches the server: as a process of its own, or over HTTP, streamed or as server-sent events.'),
  command: z.string().optional().describe('Program that is started. Required for stdio. Left out: the server is not a process of the agent.'),
  args: z.array(z.string()).optional().describe('Arguments of the program, for stdio. Left out: it gets none.'),
  env: z.array(kubernetesType('io.k8s.api.core.v1.EnvVar')).optional().describe(
    'Environment variables of the program, as a value or from a key of a Secret or ConfigMap; other sources fail the Tasks that use it. For stdio. Left out: none are added.',
  ),
  envFrom: secretSource.optional().describe('Secret each of whose keys becomes an environment variable, over one of the same name in env. For stdio. Left out: none are added.'),
  url: z.string().optional().describe('Endpoint of the server. Required for http and sse. Left out: the server is a process of the agent.'),
  headers: z.record(z.string(), z.string()).optional().describe('HTTP headers sent with each request, for http and sse. Left out: none are added.'),
  headersFrom: secretSource.optional().describe('Secret each of whose keys becomes an HTTP header, over one of the same name in headers. For http and sse. Left out: none are added.'),
}).meta({
  title: 'McpServer',
  rules: [
    { rule: "self.type != 'stdio' || (has(self.command) && size(self.command) > 0)", message: 'command is required when type is stdio' },
    { rule: "!(self.type == 'http' || self.type == 'sse') || (has(self.url) && size(self.url) > 0)", message: 'url is required when type is http or sse' },
  ],
});

export const agentConfigSpec = z.object({
  agentsMD: z.string().optional().describe(
    'Instructions for the agent, put where it reads those of its user. Those in the repository stay in force. Left out: none are added.',
  ),
  plugins: z.array(plugin).optional().describe('Plugins with the text of their skills and sub-agents. All plugins of a Task together hold at most 900 KiB. Left out: there are none.'),
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
  }],
} as const satisfies Kind;

export const agentConfigResource = resourceOf(agentConfigKind);

export type AgentConfigSpec = z.infer<typeof agentConfigSpec>;
export type McpServer = z.infer<typeof mcpServer>;
export type Plugin = z.infer<typeof plugin>;
export type SkillPackage = z.infer<typeof skillPackage>;

/** An AgentConfig of the API. The server stores one without `spec` too, as the reference does. */
export interface AgentConfig {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: AgentConfigSpec;
}
