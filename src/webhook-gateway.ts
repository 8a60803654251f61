import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkObjectName } from './private/names';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { existingObject } from './private/reference';
import { checkMade } from './private/shape';
import type { WebhookSource, WebhookSourceType } from './webhook-source';

/** A WebhookGateway that this program defines, or that exists already. */
export interface IWebhookGateway {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
  /**
   * Whose deliveries it takes.
   *
   * @default - not known
   */
  readonly sourceType?: WebhookSourceType;
}

/** How a WebhookGateway is made. */
export interface WebhookGatewayProps {
  /**
   * The metadata of the object. The path of its deliveries ends with its name.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** Whose deliveries it takes, and how they are known. */
  readonly source: WebhookSource;
}

/**
 * A path of its own for the webhooks of a namespace, with a secret of its own: `/webhook/<namespace>/<name>`. What listens to it says so with
 * its trigger, and is in the same namespace.
 *
 * @example
 *
 * new WebhookGateway(this, 'hooks', {
 *   source: WebhookSource.github(SecretRef.fromName('shop-hooks'), { credentials: GitCredentials.githubApp(SecretRef.fromName('shop-bot')) }),
 * });
 */
export class WebhookGateway extends Construct implements IWebhookGateway {
  /** A gateway that exists already, in the namespace of who refers to it. */
  public static fromWebhookGatewayName(name: string): IWebhookGateway {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: WebhookGatewayProps) {
    super(scope, id);
    this.resource = new l1.CfgWebhookGateway(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /** Whose deliveries it takes. */
  public get sourceType(): WebhookSourceType | undefined {
    return this.props.source?.type;
  }

  private render(): l1.WebhookGatewaySpec {
    return this.props.source?._render() ?? {};
  }

  private check(): Problem[] {
    const { source } = this.props;
    const misshapen = checkMade(source, '_render', 'WebhookSource.github(secret), .linear(secret) or .generic()', 'source');
    if (misshapen.length > 0) return misshapen;
    const problems = [...checkObjectName(this.name, { becomesLabel: false }), ...source._check(this.resource, 'source')];
    return checkSpec('WebhookGateway', this.render(), problems, SPEC_NAMES);
  }
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = {
  'spec.github': 'source',
  'spec.github.apiBaseURL': 'source.apiBaseUrl',
  'spec.github.secretRef': 'source.secret',
  'spec.github.credentialsRef': 'source.credentials',
  'spec.linear': 'source',
  'spec.linear.secretRef': 'source.secret',
  'spec.generic': 'source',
  'spec.generic.secretRef': 'source.secret',
};
