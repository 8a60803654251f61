import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { AgentType, CodingAgent } from './coding-agent';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkServiceOwner } from './private/names';
import { checkPoolOverrides, POOL_ENV } from './private/pool-overrides';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { WORKSPACE, checkReference, existingObject } from './private/reference';
import { checkMade } from './private/shape';
import { checkClaimMade, type VolumeClaim } from './volume-claim';
import type { IWorkspace } from './workspace';

/** Defines a WorkerPool: Pods that stay, and take one Task after the other. */
export interface IWorkerPool {
  /** The name of the pool. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
  /**
   * The agent that its Pods run.
   *
   * @default - not known
   */
  readonly agentType?: AgentType;
}

/** How a WorkerPool is made. */
export interface WorkerPoolProps {
  /**
   * The metadata of the object. A StatefulSet and a Service are named after it, so a name of your own has at most 49 characters, and no dots.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** Who does the work. In `podOverrides` a pool has no use for labels, a deadline and a service account. */
  readonly agent: CodingAgent;
  /** The repository that every Pod has a clone of. */
  readonly workspace: IWorkspace;
  /** From what each Pod gets the volume of its clone. It cannot be changed: to ask for another, give the construct another id. */
  readonly volume: VolumeClaim;
  /**
   * How many Pods wait for Tasks. 0 pauses the pool.
   *
   * @default 1
   */
  readonly replicas?: number;
}

/**
 * Pods that stay and run one Task after the other, each with a volume that keeps its clone: nothing has to be cloned or installed when a
 * Task comes. `CodingAgent.fromWorkerPool(pool)` runs a Task on it.
 *
 * The operator of Kelos runs pools. Ours does not yet: it keeps the object, and refuses Tasks on it.
 *
 * @example
 *
 * const pool = new WorkerPool(this, 'warm', {
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 *   volume: VolumeClaim.ofSize(Size.gibibytes(20)),
 *   replicas: 2,
 * });
 * new Task(this, 'fix', { agent: CodingAgent.fromWorkerPool(pool), prompt: 'Prices are rounded twice. Fix it, with a test.' });
 */
export class WorkerPool extends Construct implements IWorkerPool {
  /** A pool that exists already, in the namespace of the Task. */
  public static fromWorkerPoolName(name: string): IWorkerPool {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: WorkerPoolProps) {
    super(scope, id);
    this.resource = new l1.CfgWorkerPool(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /** The agent that its Pods run. */
  public get agentType(): AgentType | undefined {
    return this.props.agent?.type;
  }

  private render(): Partial<l1.WorkerPoolSpec> {
    const { agent, workspace, volume, replicas } = this.props;
    return { worker: agent?._render(workspace).worker, replicas, volumeClaimTemplate: volume?._render() };
  }

  private check(): Problem[] {
    const { agent, workspace, volume } = this.props;
    const misshapen = [
      ...(agent === undefined ? [] : checkMade(agent, '_check', 'CodingAgent.claudeCode({ … }) or another', 'agent')),
      ...checkClaimMade(volume, 'volume'),
    ];
    if (misshapen.length === 0 && agent !== undefined) misshapen.push(...agent._checkShape());
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkServiceOwner(this.name, LONGEST_NAME),
      ...checkReference(this.resource, WORKSPACE, workspace, 'workspace'),
      ...this.checkAgent(agent),
      ...(volume === undefined ? [{ code: 'required', path: 'volume', fix: 'pass VolumeClaim.ofSize(Size.gibibytes(…))' } as const] : volume._check('volume')),
    ];
    return checkSpec('WorkerPool', this.render(), problems, SPEC_NAMES);
  }

  private checkAgent(agent: CodingAgent | undefined): Problem[] {
    if (!agent) return [{ code: 'required', path: 'agent', fix: 'pass CodingAgent.claudeCode({ … }) or another' }];
    if (agent.workerPool) return [{ code: 'excluded', path: 'agent', got: 'an agent on a pool', fix: 'pass an agent of its own, such as CodingAgent.claudeCode({ … })' }];
    return [...agent._check(this.resource, POOL_ENV), ...checkPoolOverrides(agent._options, 'agent')];
  }
}

/** Its StatefulSet is called `wp-<name>`, and what Kubernetes appends to that in a label leaves a StatefulSet 52 characters. */
const LONGEST_NAME = 49;

/** Which property a part of the spec comes from. */
const SPEC_NAMES = {
  'spec.worker': 'agent',
  'spec.worker.agentConfigRefs': 'agent.agentConfigs',
  'spec.worker.workspaceRef': 'workspace',
  'spec.volumeClaimTemplate': 'volume',
};
