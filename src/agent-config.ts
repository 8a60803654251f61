import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as l1 from './l1';
import type { McpServer } from './mcp-server';
import type { Plugin } from './plugin';
import { checkSpec } from './private/check-spec';
import { checkObjectName, duplicatesOf } from './private/names';
import { checkPlugins } from './private/plugin-content';
import { type Problem, quote } from './private/problem';
import { addChecks } from './private/program';
import { existingObject } from './private/reference';
import { checkSecret } from './private/secret-check';
import { checkEachMade, copyOfList } from './private/shape';
import type { Skill } from './skill';

/** An AgentConfig that this program defines, or that exists already. */
export interface IAgentConfig {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** How an AgentConfig is made. */
export interface AgentConfigProps {
  /**
   * The metadata of the object.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Instructions, written into the agent's own instruction file. Those of the repository stay in force.
   *
   * @default - none
   */
  readonly agentsMd?: string;
  /**
   * Skills and sub-agents that are written here.
   *
   * @default - none
   */
  readonly plugins?: Plugin[];
  /**
   * Packages of skills to install when a Task starts.
   *
   * @default - none
   */
  readonly skills?: Skill[];
  /**
   * Servers that give the agent tools.
   *
   * @default - none
   */
  readonly mcpServers?: McpServer[];
}

/**
 * What agents are told and given, whatever they work on: instructions, plugins, skills, MCP servers.
 *
 * An agent may have several. Their instructions are joined, plugins and skills added up; of two MCP servers with one name the
 * later wins.
 *
 * @example
 *
 * new AgentConfig(this, 'house-rules', {
 *   agentsMd: 'Run npm test before you commit.',
 *   mcpServers: [McpServer.http('docs', { url: 'https://docs.example.com/mcp' })],
 * });
 */
export class AgentConfig extends Construct implements IAgentConfig {
  /** An AgentConfig that exists already, in the namespace of who refers to it. */
  public static fromAgentConfigName(name: string): IAgentConfig {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly plugins: Plugin[];
  private readonly skills: Skill[];
  private readonly mcpServers: McpServer[];

  public constructor(scope: Construct, id: string, private readonly props: AgentConfigProps = {}) {
    super(scope, id);
    this.plugins = copyOfList(props.plugins, `[${this.node.path}] plugins`);
    this.skills = copyOfList(props.skills, `[${this.node.path}] skills`);
    this.mcpServers = copyOfList(props.mcpServers, `[${this.node.path}] mcpServers`);
    this.resource = new l1.CfgAgentConfig(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /** Adds a plugin. */
  public addPlugin(plugin: Plugin): void {
    this.plugins.push(plugin);
  }

  /** Adds a package of skills. */
  public addSkill(skill: Skill): void {
    this.skills.push(skill);
  }

  /** Adds an MCP server. */
  public addMcpServer(server: McpServer): void {
    this.mcpServers.push(server);
  }

  /** @internal */
  public get _plugins(): readonly Plugin[] {
    return this.plugins;
  }

  /** @internal */
  public get _hasSkills(): boolean {
    return this.skills.length > 0;
  }

  private render(): l1.AgentConfigSpec {
    return {
      agentsMD: this.props.agentsMd,
      plugins: renderAll(this.plugins),
      skills: renderAll(this.skills),
      mcpServers: renderAll(this.mcpServers),
    };
  }

  /** What is not what it has to be cannot be rendered, and then nothing else can be checked. */
  private checkShape(): Problem[] {
    const problems = [
      ...checkEachMade(this.plugins, '_check', 'Plugin.inline(name, { … })', 'plugins'),
      ...checkEachMade(this.skills, '_check', 'Skill.fromGitHub(repository) or .fromGit(url)', 'skills'),
      ...checkEachMade(this.mcpServers, '_check', 'McpServer.stdio(name, { … }), .http(…) or .sse(…)', 'mcpServers'),
    ];
    return problems.length > 0 ? problems : this.mcpServers.flatMap((server, index) => server._checkShape(`mcpServers[${index}]`));
  }

  private check(): Problem[] {
    const misshapen = this.checkShape();
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkObjectName(this.name, { becomesLabel: false }),
      ...checkPlugins(this.plugins, this._hasSkills, 'plugins'),
      ...this.plugins.flatMap((plugin, index) => plugin._check(`plugins[${index}]`)),
      ...this.skills.flatMap((skill, index) => [
        ...skill._check(`skills[${index}]`),
        ...(skill._token ? checkSecret(this.resource, skill._token, ['GITHUB_TOKEN'], 'a private package', `skills[${index}].token`) : []),
      ]),
      ...this.mcpServers.flatMap((server, index) => server._check(`mcpServers[${index}]`)),
      ...duplicatesOf(this.mcpServers.map(({ name }) => name)).map((name): Problem => ({ code: 'duplicate', path: 'mcpServers', got: quote(name), fix: 'rename one of them' })),
    ];
    return checkSpec('AgentConfig', this.render(), problems, { 'spec.agentsMD': 'agentsMd' });
  }
}

function renderAll<T>(parts: readonly { _render(): T }[]): T[] | undefined {
  return parts.length === 0 ? undefined : parts.map((part) => part._render());
}
