import type { AgentConfigSpec, McpServer, Plugin, SkillPackage } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Props } from './find.ts';
import { envValue } from './env-value.ts';
import { secretNamed } from './secret.ts';

export function agentConfigProps({ agentsMD, plugins, skills, mcpServers }: AgentConfigSpec): Props {
  return {
    agentsMd: agentsMD === undefined ? undefined : literal(agentsMD),
    plugins: plugins && listOf(plugins, plugin),
    skills: skills && listOf(skills, skillPackage),
    mcpServers: mcpServers && listOf(mcpServers, mcpServer),
  };
}

function listOf<T>(items: readonly T[], express: (item: T) => Expression): Expression {
  return { kind: 'list', items: items.map(express) };
}

function plugin({ name, skills, agents }: Plugin): Expression {
  const files = (entries: Plugin['skills']) => entries && members(Object.fromEntries(entries.map((file) => [file.name, literal(file.content)])));
  return call('Plugin.inline', literal(name), members({ skills: files(skills), agents: files(agents) }));
}

function skillPackage({ source, skill, secretRef }: SkillPackage): Expression {
  const options = members({ skill: skill === undefined ? undefined : literal(skill), token: secretRef && secretNamed(secretRef.name) });
  return call(source.startsWith('https://') ? 'Skill.fromGit' : 'Skill.fromGitHub', literal(source, true), ...options.members.length > 0 ? [options] : []);
}

/** What its type has no property for is left out here, and then missed by who compares. */
function mcpServer({ name, type, command = '', args, env, envFrom, url = '', headers, headersFrom }: McpServer): Expression {
  return call(`McpServer.${type}`, literal(name), type === 'stdio' ? members({
    command: literal(command),
    args: args && listOf(args, (arg) => literal(arg)),
    env: env && members(Object.fromEntries(env.map((variable) => [variable.name, envValue(variable)]))),
    envFrom: envFrom && secretNamed(envFrom.secretRef.name),
  }) : members({
    url: literal(url),
    headers: headers && members(Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, literal(value)]))),
    headersFrom: headersFrom && secretNamed(headersFrom.secretRef.name),
  }));
}
