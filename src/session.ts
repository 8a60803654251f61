import { type ApiObject, type ApiObjectMetadata, type Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { CodingAgent } from './coding-agent';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkBranch } from './private/git';
import { checkServiceOwner } from './private/names';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { SESSION_NAMES, checkSessionTemplate, checkSessionTemplateShape, renderSessionTemplate } from './private/session-template';
import type { VolumeClaim } from './volume-claim';
import type { IWorkspace } from './workspace';

/** What happens to a Session in which nothing is said or done for long. The time begins with its last turn, or when it is made. */
export interface IdlePolicy {
  /**
   * How long until its agent is stopped. It is started again when somebody comes back. Zero stops it as soon as it has nothing to do.
   *
   * @default - never
   */
  readonly suspendAfter?: Duration;
  /**
   * How long until it is deleted, with its volume. Longer than `suspendAfter`.
   *
   * @default - never
   */
  readonly deleteAfter?: Duration;
}

/** What Sessions are like, whether one is made by hand or many by a spawner. */
export interface SessionOptions {
  /** Who is talked to: Claude Code, Codex or OpenCode, or an image of yours that stands in for one of them. */
  readonly agent: CodingAgent;
  /**
   * From what it gets a volume for its clone and its history.
   *
   * @default - none: both are gone with the Pod, also when the agent is stopped
   */
  readonly volume?: VolumeClaim;
  /**
   * Stop the agent. The object and its volume stay.
   *
   * @default false
   */
  readonly suspend?: boolean;
  /**
   * What happens when nothing is said or done for long.
   *
   * @default - nothing
   */
  readonly idlePolicy?: IdlePolicy;
}

/** How a Session is made. */
export interface SessionProps extends SessionOptions {
  /**
   * The metadata of the object. A Service is named after it, so a name of your own has no dots.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * The repository to work on.
   *
   * @default - none: the agent starts in an empty directory
   */
  readonly workspace?: IWorkspace;
  /**
   * What the agent is asked first. It is given as it is, and only to an agent that has no history yet.
   *
   * @default - it waits for somebody
   */
  readonly initialPrompt?: string;
  /**
   * The branch that the clone begins with. It is made if the repository does not have it.
   *
   * @default - the `ref` of the Workspace
   */
  readonly initialBranch?: string;
}

/**
 * A coding agent that people talk to, in a Pod that stays.
 *
 * In the cluster only `suspend`, `idlePolicy`, and of the agent its credentials, model and Pod (but for its service account) can change. To
 * ask for something else, give the construct another id.
 *
 * The operator of Kelos runs Sessions. Ours does not yet: it keeps the object.
 *
 * @example
 *
 * new Session(this, 'pair', {
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 *   volume: VolumeClaim.ofSize(Size.gibibytes(20)),
 *   idlePolicy: { suspendAfter: Duration.minutes(30), deleteAfter: Duration.days(14) },
 * });
 */
export class Session extends Construct {
  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: SessionProps) {
    super(scope, id);
    this.resource = new l1.CfgSession(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => renderSessionTemplate(props) }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  private check(): Problem[] {
    const { initialBranch } = this.props;
    const misshapen = checkSessionTemplateShape(this.props);
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkServiceOwner(this.name, LONGEST_NAME),
      ...(initialBranch === undefined ? [] : checkBranch(initialBranch, 'initialBranch')),
      ...checkSessionTemplate(this.resource, this.props),
    ];
    return checkSpec('Session', renderSessionTemplate(this.props), problems, SPEC_NAMES);
  }
}

/** What is named after a Session is shortened where it has to be. */
const LONGEST_NAME = 253;

/** Which property a part of the spec comes from. */
const SPEC_NAMES = Object.fromEntries(Object.entries(SESSION_NAMES).map(([part, property]) => [`spec.${part}`, property]));
