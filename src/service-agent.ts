import { type ApiObject, type Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { AgentHarness } from './agent-harness';
import type { AgentMemory } from './agent-memory';
import type { AutonomousWork } from './autonomous-work';
import type { BackgroundTaskLimits } from './background-task-limits';
import * as l1 from './l1';
import type { IMcpService } from './mcp-service';
import type { IModelApi } from './model-api';
import { checkAgentGraph } from './private/agent-graph';
import { checkSpec } from './private/check-spec';
import { isOffered, knownModels } from './private/model-match';
import { type Problem, listOf, quote } from './private/problem';
import { addChecks } from './private/program';
import { MCP_SERVER, MODEL_API, checkReference, existingObject } from './private/reference';
import { checkMade, copyOfList } from './private/shape';
import { suggestionFor } from './private/suggestion';
import { WORKLOAD_NAMES, checkWorkload, checkWorkloadShape, renderWorkload } from './private/workload';
import type { WorkloadProps } from './workload';

/** An Agent of `kaos.tools` that this program defines, or that exists already. */
export interface IServiceAgent {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** How a model calls tools. */
export enum ToolCalls {
  /** By what the model can do. */
  AUTO = 'auto',
  /** Through its API. */
  NATIVE = 'native',
  /** In its text. */
  TEXT = 'string',
}

/** How a ServiceAgent is made. */
export interface ServiceAgentProps extends WorkloadProps {
  /** The endpoint through which it reaches its model. */
  readonly modelApi: IModelApi;
  /** The model, one that the endpoint offers. */
  readonly model: string;
  /**
   * Servers whose tools it has.
   *
   * @default - none
   */
  readonly tools?: IMcpService[];
  /**
   * Agents that it may hand work to.
   *
   * @default - none
   */
  readonly peers?: IServiceAgent[];
  /**
   * Whether others can reach it. Without that it has no Service, and is nobody's peer.
   *
   * @default true
   */
  readonly exposed?: boolean;
  /**
   * What it is for, shown to people on its card and to the agents that hand work to it.
   *
   * @default - they see its name
   */
  readonly description?: string;
  /**
   * System instructions, read anew for each request.
   *
   * @default - those of the runtime
   */
  readonly instructions?: string;
  /**
   * A system prompt that stays in the history of a session.
   *
   * @default - there is none besides the instructions
   */
  readonly systemPrompt?: string;
  /**
   * Calls of the model that one request may take: 1 to 20.
   *
   * @default 5
   */
  readonly maxSteps?: number;
  /**
   * How the model calls tools.
   *
   * @default ToolCalls.AUTO
   */
  readonly toolCalls?: ToolCalls;
  /**
   * Where its sessions are kept.
   *
   * @default - as the runtime does it by itself
   */
  readonly memory?: AgentMemory;
  /**
   * Work that it does without being asked.
   *
   * @default - none
   */
  readonly autonomous?: AutonomousWork;
  /**
   * Limits of a task that it works at in the background.
   *
   * @default - those of the runtime
   */
  readonly backgroundTasks?: BackgroundTaskLimits;
  /**
   * Start it only when its endpoint, its tools and its peers are ready.
   *
   * @default true
   */
  readonly waitForDependencies?: boolean;
  /**
   * A coding agent behind the same interface.
   *
   * @default - the runtime of service agents
   */
  readonly harness?: AgentHarness;
}

/**
 * An agent that answers requests, calls tools and hands work to other agents: an Agent of `kaos.tools`. It stays, unlike the agent of a `Task`, which
 * ends with its work.
 *
 * The operator of KAOS serves it. Ours does not yet: it keeps the object.
 *
 * @example
 *
 * const models = new ModelApi(this, 'models', { backend: ModelBackend.hosted('smollm2:135m') });
 * new ServiceAgent(this, 'helper', {
 *   modelApi: models,
 *   model: 'smollm2:135m',
 *   instructions: 'Answer in one sentence.',
 * });
 */
export class ServiceAgent extends Construct implements IServiceAgent {
  /** An Agent that exists already, in the namespace of who refers to it. */
  public static fromServiceAgentName(name: string): IServiceAgent {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly tools: IMcpService[];
  private readonly peers: IServiceAgent[];

  public constructor(scope: Construct, id: string, private readonly props: ServiceAgentProps) {
    super(scope, id);
    this.tools = copyOfList(props.tools, `[${this.node.path}] tools`);
    this.peers = copyOfList(props.peers, `[${this.node.path}] peers`);
    this.resource = new l1.CfgAgent(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /** Adds a server whose tools it has. */
  public addTools(server: IMcpService): void {
    this.tools.push(server);
  }

  /** Adds an agent that it may hand work to. */
  public addPeer(agent: IServiceAgent): void {
    this.peers.push(agent);
  }

  private render(): l1.AgentSpec {
    const { modelApi, model, exposed, waitForDependencies, harness } = this.props;
    const access = this.peers.length === 0 ? undefined : this.peers.map((peer) => peer?.name);
    return {
      modelAPI: modelApi?.name,
      model,
      mcpServers: this.tools.length === 0 ? undefined : this.tools.map((server) => server?.name),
      agentNetwork: access === undefined && exposed === undefined ? undefined : { expose: exposed, access },
      config: this.renderSettings(),
      waitForDependencies,
      ...renderWorkload(this.props),
      harness: harness?._render(),
    };
  }

  private renderSettings(): l1.AgentSettings | undefined {
    const { description, instructions, systemPrompt, maxSteps, toolCalls, memory, telemetry, autonomous, backgroundTasks } = this.props;
    const settings = {
      description,
      instructions,
      systemPrompt,
      reasoningLoopMaxSteps: maxSteps,
      toolCallMode: toolCalls,
      memory: memory?._render(),
      telemetry: telemetry?._render(),
      autonomous: autonomous && { goal: autonomous.goal, intervalSeconds: secondsOf(autonomous.interval), maxIterRuntimeSeconds: secondsOf(autonomous.maxRoundTime) },
      taskConfig: backgroundTasks && { maxIterations: backgroundTasks.maxIterations, maxRuntimeSeconds: secondsOf(backgroundTasks.maxTime), maxToolCalls: backgroundTasks.maxToolCalls },
    };
    return Object.values(settings).some((value) => value !== undefined) ? settings : undefined;
  }

  private check(): Problem[] {
    const misshapen = this.checkShape();
    if (misshapen.length > 0) return misshapen;
    const { modelApi, exposed, image, memory, harness, autonomous } = this.props;
    const problems = [
      ...checkWorkload(this.resource, this.props, exposed === false ? undefined : 'agent-'),
      ...checkReference(this.resource, MODEL_API, modelApi, 'modelApi'),
      ...this.checkModel(),
      ...this.tools.flatMap((server, index) => checkReference(this.resource, MCP_SERVER, server, `tools[${index}]`)),
      ...checkAgentGraph(this.resource, { tools: this.tools, peers: this.peers }),
      ...(memory?._check('memory') ?? []),
      ...(harness?._check(this.resource, image, 'harness') ?? []),
      ...(autonomous && isBlank(autonomous.goal) ? [{ code: 'required', path: 'autonomous.goal', fix: 'say what it works at, or leave autonomous out' } as const] : []),
    ];
    return checkSpec('Agent', this.render(), problems, SPEC_NAMES);
  }

  private checkShape(): Problem[] {
    const { memory, harness, autonomous, backgroundTasks } = this.props;
    const durations = { 'autonomous.interval': autonomous?.interval, 'autonomous.maxRoundTime': autonomous?.maxRoundTime, 'backgroundTasks.maxTime': backgroundTasks?.maxTime };
    return [
      ...checkWorkloadShape(this.props),
      ...(memory === undefined ? [] : checkMade(memory, '_render', 'AgentMemory.local(), .redis(), .store(name) or .none()', 'memory')),
      ...(harness === undefined ? [] : checkMade(harness, '_render', 'AgentHarness.pi(), .claude(), .custom() or .fromName(name)', 'harness')),
      ...Object.entries(durations).flatMap(([path, duration]) => (duration === undefined ? [] : checkMade(duration, 'toSeconds', 'Duration.seconds(…)', path))),
    ];
  }

  /** As the operator does it, which refuses the agent otherwise. */
  private checkModel(): Problem[] {
    const { modelApi, model } = this.props;
    if (model === '') return [{ code: 'required', path: 'model', fix: 'name a model that the endpoint offers' }];
    if (!modelApi || typeof model !== 'string' || model.includes('${Token[')) return [];
    const models = knownModels(this.resource, modelApi);
    if (!models || isOffered(models, model)) return [];
    const near = suggestionFor(model, models);
    return [{ code: 'unknown-model', path: 'model', got: quote(model), allowed: `ModelAPI ${modelApi.name} offers ${listOf(models)}`, ...near && { fix: `did you mean ${near}?` } }];
  }
}

function isBlank(text: unknown): boolean {
  return typeof text === 'string' && text.trim() === '';
}

function secondsOf(duration: Duration | undefined): number | undefined {
  return duration?.toSeconds({ integral: false });
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = {
  ...WORKLOAD_NAMES,
  'spec.modelAPI': 'modelApi',
  'spec.mcpServers': 'tools',
  'spec.agentNetwork.expose': 'exposed',
  'spec.agentNetwork.access': 'peers',
  'spec.config': '',
  'spec.config.reasoningLoopMaxSteps': 'maxSteps',
  'spec.config.toolCallMode': 'toolCalls',
  'spec.config.memory.clientParams': 'memory',
  'spec.config.autonomous.intervalSeconds': 'autonomous.interval',
  'spec.config.autonomous.maxIterRuntimeSeconds': 'autonomous.maxRoundTime',
  'spec.config.taskConfig': 'backgroundTasks',
  'spec.config.taskConfig.maxRuntimeSeconds': 'backgroundTasks.maxTime',
};
