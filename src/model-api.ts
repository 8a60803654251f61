import { type ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as l1 from './l1';
import type { ModelBackend } from './model-backend';
import { checkSpec } from './private/check-spec';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { existingObject } from './private/reference';
import { checkMade } from './private/shape';
import { WORKLOAD_NAMES, checkWorkload, checkWorkloadShape, renderWorkload } from './private/workload';
import type { WorkloadProps } from './workload';

/** A ModelAPI that this program defines, or that exists already. */
export interface IModelApi {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
  /**
   * The models that it offers: a name, all of a prefix as `openai/*`, or `*` for every one.
   *
   * @default - not known, nothing is checked
   */
  readonly models?: string[];
}

/** What this program knows about a ModelAPI that it does not define. */
export interface ModelApiRefOptions {
  /**
   * The models that it offers. An agent that asks for another one is reported at synth.
   *
   * @default - not known, nothing is checked
   */
  readonly models?: string[];
}

/** How a ModelApi is made. */
export interface ModelApiProps extends WorkloadProps {
  /** Who answers. */
  readonly backend: ModelBackend;
}

/**
 * An endpoint for models inside the cluster, with the API of OpenAI: a ModelAPI of `kaos.tools`.
 *
 * The operator of KAOS serves it. Ours does not yet: it keeps the object.
 *
 * @example
 *
 * new ModelApi(this, 'models', {
 *   backend: ModelBackend.proxy({ models: ['openai/*'], apiKey: EnvValue.fromSecret(SecretRef.fromName('openai'), 'api-key') }),
 * });
 */
export class ModelApi extends Construct implements IModelApi {
  /**
   * A ModelAPI that exists already, in the namespace of who refers to it.
   *
   * @param name its name
   * @param options what is known about it
   */
  public static fromModelApiName(name: string, options: ModelApiRefOptions = {}): IModelApi {
    return Object.assign(existingObject(name), { models: options.models });
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  /** The models that it offers. */
  public readonly models?: string[];
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: ModelApiProps) {
    super(scope, id);
    this.resource = new l1.CfgModelApi(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    this.models = props.backend?.models;
    addChecks(this, () => this.check());
  }

  private render(): l1.ModelApiSpec {
    const { backend, telemetry } = this.props;
    return { ...backend._render(), telemetry: telemetry?._render(), ...renderWorkload(this.props) };
  }

  private check(): Problem[] {
    const { backend } = this.props;
    const made = checkMade(backend, '_render', 'ModelBackend.proxy({ … }) or .hosted(model)', 'backend');
    const misshapen = [...made, ...(made.length > 0 ? [] : backend._checkShape('backend')), ...checkWorkloadShape(this.props)];
    if (misshapen.length > 0) return misshapen;
    return checkSpec('ModelAPI', this.render(), [...checkWorkload(this.resource, this.props, 'modelapi-'), ...backend._check(this.resource, 'backend')], SPEC_NAMES);
  }
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = { ...WORKLOAD_NAMES, 'spec.proxyConfig': 'backend', 'spec.hostedConfig': 'backend', 'spec.proxyConfig.configYaml': 'backend.config' };
