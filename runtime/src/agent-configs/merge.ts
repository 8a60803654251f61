import type { AgentConfig, AgentConfigSpec } from '@taskwright/schema';

/** What an agent is given, after all its AgentConfigs are laid over each other. */
export interface MergedConfig {
  readonly agentsMD: string;
  readonly plugins: NonNullable<AgentConfigSpec['plugins']>;
  readonly skills: NonNullable<AgentConfigSpec['skills']>;
  readonly mcpServers: NonNullable<AgentConfigSpec['mcpServers']>;
}

/**
 * Lays AgentConfigs over each other in the order they are named: instructions are joined by a blank line, plugins and
 * skills are added up, and a later MCP server replaces an earlier one of the same name, at its place.
 *
 * A single AgentConfig is taken as it is: a name that occurs twice in it stays twice, and is refused when it is used.
 */
export function mergeAgentConfigs(configs: readonly AgentConfig[]): MergedConfig {
  const specs = configs.map((config) => config.spec ?? {});
  const all = specs.flatMap((spec) => spec.mcpServers ?? []);
  return {
    agentsMD: specs.map((spec) => spec.agentsMD ?? '').filter((text) => text !== '').join('\n\n'),
    plugins: specs.flatMap((spec) => spec.plugins ?? []),
    skills: specs.flatMap((spec) => spec.skills ?? []),
    // A Map keeps the place of a key that is set again.
    mcpServers: specs.length > 1 ? [...new Map(all.map((server) => [server.name, server])).values()] : all,
  };
}
