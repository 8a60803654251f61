import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type { EnvValue } from './env-value';
import type * as l1 from './l1';
import type { Telemetry } from './telemetry';

/** What service agents, servers of tools and endpoints for models have in common: each is a Deployment with one container, and a Service. */
export interface WorkloadProps {
  /**
   * The metadata of the object. Its Service carries the name behind a prefix, which leaves the name fewer than 63 characters.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * The image of the container.
   *
   * @default - the one that comes with the kind
   */
  readonly image?: string;
  /**
   * The command of the container.
   *
   * @default - the entrypoint of the image
   */
  readonly command?: string[];
  /**
   * The arguments of the command.
   *
   * @default - those of the image
   */
  readonly args?: string[];
  /**
   * Further environment variables of the container.
   *
   * @default - only those that are made of the other properties
   */
  readonly env?: { [name: string]: EnvValue };
  /**
   * What the container asks for of its node, and what it may use.
   *
   * @default - nothing is asked for, and the defaults of the namespace hold
   */
  readonly resources?: l1.ResourceRequirements;
  /**
   * Merged over the Pod as a strategic merge patch; `containers` may be empty.
   *
   * @default - the Pod stays as it is built
   */
  readonly podSpec?: l1.PodSpec;
  /**
   * How long a request through the Gateway may take, where there is one. Nothing at all (`Duration.seconds(0)`) leaves it to the Gateway.
   *
   * @default - the time that the operator is set up with for the kind
   */
  readonly requestTimeout?: Duration;
  /**
   * Whether traces, metrics and logs are sent.
   *
   * @default - as the operator is set up
   */
  readonly telemetry?: Telemetry;
}
