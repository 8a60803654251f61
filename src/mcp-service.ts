import { type ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { IServiceAccountRef } from './coding-agent';
import * as l1 from './l1';
import type { McpRuntime } from './mcp-runtime';
import { checkSpec } from './private/check-spec';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { checkNamespace, existingObject } from './private/reference';
import { checkMade } from './private/shape';
import { WORKLOAD_NAMES, checkWorkload, checkWorkloadShape, renderWorkload } from './private/workload';
import type { WorkloadProps } from './workload';

/** An MCPServer that this program defines, or that exists already. */
export interface IMcpService {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** How an McpService is made. */
export interface McpServiceProps extends WorkloadProps {
  /** What serves the tools. */
  readonly runtime: McpRuntime;
  /**
   * The service account that the Pod runs as, in its namespace. The tools have its rights.
   *
   * @default - the default account of the namespace
   */
  readonly serviceAccount?: IServiceAccountRef;
}

/**
 * Tools for service agents, served inside the cluster: an MCPServer of `kaos.tools`. An `McpServer` is something else: how a coding agent reaches tools
 * that are served somewhere.
 *
 * The operator of KAOS serves it. Ours does not yet: it keeps the object.
 *
 * @example
 *
 * new McpService(this, 'calculator', {
 *   runtime: McpRuntime.python('def add(a: int, b: int) -> int:\n    """Adds two numbers."""\n    return a + b\n'),
 * });
 */
export class McpService extends Construct implements IMcpService {
  /** An MCPServer that exists already, in the namespace of who refers to it. */
  public static fromMcpServiceName(name: string): IMcpService {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: McpServiceProps) {
    super(scope, id);
    this.resource = new l1.CfgMcpServer(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  private render(): l1.McpServerSpec {
    const { runtime, serviceAccount, telemetry } = this.props;
    const workload = { ...this.props, image: this.props.image ?? runtime._image };
    return { runtime: runtime.name, params: runtime._params, serviceAccountName: serviceAccount?.name, telemetry: telemetry?._render(), ...renderWorkload(workload, runtime._env) };
  }

  private check(): Problem[] {
    const { runtime, serviceAccount, image } = this.props;
    const made = checkMade(runtime, '_check', 'McpRuntime.python(source), .custom(image) or another', 'runtime');
    const misshapen = [...made, ...(made.length > 0 ? [] : runtime._checkShape('runtime')), ...checkWorkloadShape(this.props)];
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkWorkload(this.resource, this.props, 'mcpserver-'),
      ...runtime._check(image, 'runtime'),
      ...Object.entries(runtime._env).flatMap(([name, value]) => value._check(this.resource, `the variable ${name}`, 'runtime')),
      ...(serviceAccount ? checkNamespace(this.resource, serviceAccount, 'serviceAccount') : []),
    ];
    return checkSpec('MCPServer', this.render(), problems, SPEC_NAMES);
  }
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = { ...WORKLOAD_NAMES, 'spec.params': 'runtime.params', 'spec.serviceAccountName': 'serviceAccount.name', 'spec.runtime': 'runtime.name' };
