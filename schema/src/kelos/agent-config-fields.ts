import { z } from 'zod';

const skillDefinition = z.object({
  name: z.string().min(1).describe('Name of the skill: it becomes <plugin>/skills/<name>/SKILL.md, and must not hold a slash or be . or .. itself.'),
  content: z.string().describe('The whole text of SKILL.md.'),
}).meta({ title: 'SkillDefinition' });

const agentDefinition = z.object({
  name: z.string().min(1).describe('Name of the sub-agent: it becomes <plugin>/agents/<name>.md, and must not hold a slash or be . or .. itself.'),
  content: z.string().describe('The whole text of the definition.'),
}).meta({ title: 'AgentDefinition' });

export const plugin = z.object({
  name: z.string().min(1).describe(
    'Name of the plugin: its directory, and the namespace of its skills. It must not hold a slash or be . or .., nor be skills-sh where skills are used.',
  ),
  skills: z.array(skillDefinition).optional().describe('Skills of the plugin. Left out: it has none.'),
  agents: z.array(agentDefinition).optional().describe('Sub-agents of the plugin. Left out: it has none.'),
}).meta({ title: 'Plugin' });

/** What an entry of skills has in every version. */
export const skillPackageFields = {
  source: z.string().min(1).describe('The package: owner/repo on GitHub, or the HTTPS URL of a git repository.'),
  skill: z.string().optional().describe('The one skill that is installed. Left out: all skills of the package.'),
};

/** What an MCP server has in every version. */
export const mcpServerFields = {
  name: z.string().min(1).describe('Name the agent knows the server by. Of two servers with the same name the later one counts.'),
  type: z.enum(['stdio', 'http', 'sse']).describe('How the agent reaches the server: as a process of its own, or over HTTP, streamed or as server-sent events.'),
  command: z.string().optional().describe('Program that is started. Required for stdio. Left out: the server is not a process of the agent.'),
  args: z.array(z.string()).optional().describe('Arguments of the program, for stdio. Left out: it gets none.'),
  url: z.string().optional().describe('Endpoint of the server. Required for http and sse. Left out: the server is a process of the agent.'),
  headers: z.record(z.string(), z.string()).optional().describe('HTTP headers sent with each request, for http and sse. Left out: none are added.'),
};

/** What the spec of an AgentConfig has in every version. */
export const agentConfigFields = {
  agentsMD: z.string().optional().describe(
    'Instructions for the agent, put where it reads those of its user. Those in the repository stay in force. Left out: none are added.',
  ),
  plugins: z.array(plugin).optional().describe('Plugins with the text of their skills and sub-agents. All plugins of a Task together hold at most 900 KiB. Left out: there are none.'),
};

export type Plugin = z.infer<typeof plugin>;
