import type { ApiObject } from 'cdk8s';
import { AgentConfig, type IAgentConfig } from './agent-config';
import type { Credentials } from './credentials';
import type * as l1 from './l1';
import { checkPlugins } from './private/plugin-content';
import { checkPodOverrides } from './private/pod-overrides';
import { type Problem, quote } from './private/problem';
import { AGENT_CONFIG, checkReference } from './private/reference';
import { checkSecret } from './private/secret-check';
import { checkMade } from './private/shape';
import { typeName } from './private/structural';
import type { IWorkerPool } from './worker-pool';

/** The agents that the operator knows how to run. */
export type AgentType = 'claude-code' | 'codex' | 'gemini' | 'opencode' | 'cursor';

/** Defines a service account by its name. A `ServiceAccount` of cdk8s-plus, of any version, is one. */
export interface IServiceAccountRef {
  /** The name of the service account. */
  readonly name: string;
}

/** What any agent that gets a Pod of its own can be given. */
export interface AgentOptions {
  /** How it authenticates to the provider of its model. */
  readonly credentials: Credentials;
  /**
   * The model, by the name that the agent's own command line takes.
   *
   * @default - the agent's own choice
   */
  readonly model?: string;
  /**
   * How hard the model thinks, by the word that the agent's own command line takes.
   *
   * @default - the agent's own choice
   */
  readonly effort?: string;
  /**
   * Instructions, plugins, skills and MCP servers. A later one adds to the earlier.
   *
   * @default - none
   */
  readonly agentConfigs?: IAgentConfig[];
  /**
   * The service account that the Pod runs as, in the namespace of the Task.
   *
   * @default - that of `podOverrides`, else none: the Pod gets no token for the API of the cluster
   */
  readonly serviceAccount?: IServiceAccountRef;
  /**
   * Changes to the Pod: resources, scheduling, volumes, environment, further containers, security context.
   *
   * @default - a Pod without root, privileges and API token
   */
  readonly podOverrides?: l1.PodOverrides;
}

/** How an agent that the operator knows is run. */
export interface CodingAgentOptions extends AgentOptions {
  /**
   * The image to run.
   *
   * @default - the operator's image for this agent
   */
  readonly image?: string;
}

/** How an agent of your own is run. */
export interface CustomAgentOptions extends AgentOptions {
  /**
   * The agent it stands in for. Decides which key is read from the Secret of the credentials, and is told to the image as
   * `KELOS_AGENT_TYPE`.
   *
   * @default 'claude-code'
   */
  readonly type?: AgentType;
}

/** What a Task may change for an agent in a pool. */
export interface PooledAgentOptions {
  /**
   * The model, by the name that the agent's own command line takes.
   *
   * @default - that of the pool
   */
  readonly model?: string;
  /**
   * How hard the model thinks, by the word that the agent's own command line takes.
   *
   * @default - that of the pool
   */
  readonly effort?: string;
}

/**
 * Who does the work: the agent, its model, its credentials, and the Pod it runs in. One of them may serve any number of Tasks.
 *
 * @example
 *
 * const claude = CodingAgent.claudeCode({
 *   credentials: Credentials.apiKey(SecretRef.fromName('claude')),
 *   model: 'opus',
 * });
 */
export abstract class CodingAgent {
  /** Claude Code, by Anthropic. */
  public static claudeCode(options: CodingAgentOptions): CodingAgent {
    return new InlineAgent('claude-code', options);
  }

  /** Codex, by OpenAI. */
  public static codex(options: CodingAgentOptions): CodingAgent {
    return new InlineAgent('codex', options);
  }

  /** Gemini CLI, by Google. */
  public static gemini(options: CodingAgentOptions): CodingAgent {
    return new InlineAgent('gemini', options);
  }

  /** OpenCode. */
  public static openCode(options: CodingAgentOptions): CodingAgent {
    return new InlineAgent('opencode', options);
  }

  /** Cursor's command line. */
  public static cursor(options: CodingAgentOptions): CodingAgent {
    return new InlineAgent('cursor', options);
  }

  /**
   * An agent of your own, in an image that follows the agent contract: `/kelos_entrypoint.sh` is started with the prompt as its
   * only argument, as user 61100, in a clone of the repository.
   *
   * @param image the image
   * @param options how it is run
   */
  public static custom(image: string, options: CustomAgentOptions): CodingAgent {
    return new InlineAgent(options.type ?? 'claude-code', { ...options, image });
  }

  /**
   * Whatever agent a pool runs, on the repository of the pool.
   *
   * @param pool the pool
   * @param options what the Task changes
   */
  public static fromWorkerPool(pool: IWorkerPool, options: PooledAgentOptions = {}): CodingAgent {
    return new PooledAgent(pool, options);
  }

  /** Where the Task runs, if it is not a Pod of its own. */
  public abstract readonly workerPool?: IWorkerPool;

  /** Which agent it is. Of a pool that this program does not define it is not known. */
  public abstract readonly type?: AgentType;

  /** How it is run, if it has a Pod of its own. @internal */
  public abstract readonly _options?: AgentOptions;

  /** @internal */
  public abstract _render(workspace: l1.WorkspaceReference | undefined): Partial<l1.TaskSpec>;

  /** The credentials of which what a spawner makes gets one, if it is a pool of them. @internal */
  public abstract _credentialsPool(): l1.SpawnerCredential[] | undefined;

  /** What cannot be rendered, because a factory was passed by. @internal */
  public abstract _checkShape(): Problem[];

  /** @internal */
  public abstract _check(from: ApiObject, ownEnv: readonly string[]): Problem[];
}

class PooledAgent extends CodingAgent {
  public readonly _options = undefined;

  public constructor(public readonly workerPool: IWorkerPool, private readonly options: PooledAgentOptions) {
    super();
  }

  public get type(): AgentType | undefined {
    return this.workerPool.agentType;
  }

  public _render(): Partial<l1.TaskSpec> {
    return { workerPoolRef: { name: this.workerPool.name }, model: this.options.model, effort: this.options.effort };
  }

  public _credentialsPool(): undefined {
    return undefined;
  }

  public _checkShape(): Problem[] {
    return [];
  }

  public _check(): Problem[] {
    return [];
  }
}

/** How an agent is called in a message. */
const DISPLAY_NAMES: { readonly [type in AgentType]: string } = {
  'claude-code': 'Claude Code',
  'codex': 'Codex',
  'gemini': 'Gemini',
  'opencode': 'OpenCode',
  'cursor': 'Cursor',
};

const CREDENTIALS_FACTORIES = 'Credentials.apiKey(secret), .oauth(secret) or .none()';

class InlineAgent extends CodingAgent {
  public readonly workerPool = undefined;

  public constructor(public readonly type: AgentType, public readonly _options: CodingAgentOptions) {
    super();
  }

  public _render(workspace: l1.WorkspaceReference | undefined): Partial<l1.TaskSpec> {
    const { credentials, model, effort, image, agentConfigs = [], podOverrides, serviceAccount } = this._options;
    return {
      worker: {
        type: this.type,
        credentials: credentials?._render(),
        model,
        effort,
        image,
        agentConfigRefs: agentConfigs.length === 0 ? undefined : agentConfigs.map((config) => ({ name: config?.name })),
        podOverrides: serviceAccount ? { serviceAccountName: serviceAccount.name, ...podOverrides } : podOverrides,
        workspaceRef: workspace && { name: workspace.name },
      },
    };
  }

  public _credentialsPool(): l1.SpawnerCredential[] | undefined {
    return this._options.credentials?._renderPool();
  }

  public _checkShape(): Problem[] {
    const { credentials, agentConfigs } = this._options;
    const problems = credentials === undefined ? [] : checkMade(credentials, 'keyFor', CREDENTIALS_FACTORIES, 'agent.credentials');
    for (const [name, member] of Object.entries(credentials?._members ?? {})) problems.push(...checkMade(member, 'keyFor', 'Credentials.apiKey(secret) or .oauth(secret)', `agent.credentials.${name}`));
    if (agentConfigs !== undefined && !Array.isArray(agentConfigs)) {
      problems.push({ code: 'type', path: 'agent.agentConfigs', got: typeName(agentConfigs), allowed: 'it has to be a list' });
    }
    return problems;
  }

  public _check(from: ApiObject, ownEnv: readonly string[]): Problem[] {
    const { agentConfigs = [], podOverrides, serviceAccount } = this._options;
    const configs = agentConfigs.filter((config): config is AgentConfig => config instanceof AgentConfig);
    const problems = [
      ...this.checkCredentials(from),
      ...agentConfigs.flatMap((config, index) => checkReference(from, AGENT_CONFIG, config, `agent.agentConfigs[${index}]`)),
      ...checkPodOverrides(podOverrides, new Set([...this.ownEnv(), ...ownEnv]), 'agent.podOverrides'),
    ];
    if (configs.length > 1) {
      problems.push(...checkPlugins(configs.flatMap((config) => config._plugins), configs.some((config) => config._hasSkills), 'agent.agentConfigs'));
    }
    if (serviceAccount && podOverrides?.serviceAccountName !== undefined) {
      problems.push({ code: 'ambiguous', path: 'agent.serviceAccount', allowed: 'podOverrides.serviceAccountName is set too', fix: 'keep one of them' });
    }
    return problems;
  }

  private checkCredentials(from: ApiObject): Problem[] {
    const { credentials } = this._options;
    if (!credentials) return [{ code: 'required', path: 'agent.credentials', fix: `pass ${CREDENTIALS_FACTORIES}` }];
    if (credentials.type === 'pool') return this.checkPool(from, credentials);
    return this.checkSecretOf(from, credentials, 'agent.credentials');
  }

  /** A Task has one credential; only what makes many of them can draw. */
  private checkPool(from: ApiObject, { _members: members = {} }: Credentials): Problem[] {
    if (!from.kind.endsWith('Spawner')) return [{ code: 'enum', path: 'agent.credentials', got: 'a pool', allowed: 'only a spawner draws from a pool', fix: 'pass Credentials.apiKey(secret), .oauth(secret) or .none()' }];
    const problems: Problem[] = Object.keys(members).length === 0 ? [{ code: 'too-few', path: 'agent.credentials', got: 'an empty pool', allowed: 'at least 1' }] : [];
    for (const [name, member] of Object.entries(members)) {
      const path = `agent.credentials.${name}`;
      if (member.type === 'api-key' || member.type === 'oauth') problems.push(...this.checkSecretOf(from, member, path));
      else problems.push({ code: 'enum', path, got: quote(member.type), fix: 'pass Credentials.apiKey(secret) or .oauth(secret)' });
    }
    return problems;
  }

  private checkSecretOf(from: ApiObject, credentials: Credentials, path: string): Problem[] {
    const key = credentials.keyFor(this.type);
    if (key === undefined) return [];
    const reader = `${DISPLAY_NAMES[this.type]} with ${credentials.type === 'oauth' ? 'OAuth' : 'an API key'}`;
    return checkSecret(from, credentials.secret, [key], reader, path, `rename the key to ${key}, or pass the Secret that has it`);
  }

  /** The variables that the operator sets for these options, so that nobody sets them in `podOverrides.env` in vain. */
  private ownEnv(): string[] {
    const { model, effort, credentials } = this._options;
    return [model && 'KELOS_MODEL', effort && 'KELOS_EFFORT', credentials?.keyFor(this.type)].filter((name): name is string => Boolean(name));
  }
}
