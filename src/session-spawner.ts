import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkBranch } from './private/git';
import { checkServiceOwner } from './private/names';
import type { Problem } from './private/problem';
import { addChecks } from './private/program';
import { SESSION_NAMES, checkSessionTemplate, checkSessionTemplateShape, renderSessionTemplate } from './private/session-template';
import { checkMade } from './private/shape';
import { checkSpawnerTemplates } from './private/template-checks';
import { templateOf, withoutActions } from './private/template-text';
import type { SessionOptions } from './session';
import type { GitHubWebhookTrigger } from './triggers/github-webhook';
import type { IWorkspace } from './workspace';

/** How a SessionSpawner is made. */
export interface SessionSpawnerProps extends SessionOptions {
  /**
   * The metadata of the object. Names of Sessions begin with its name, so one of your own has no dots, and at most 63 characters less what the event adds.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** What is waited for: `Trigger.githubWebhook(…)`, without reporting. */
  readonly trigger: GitHubWebhookTrigger;
  /** The repository to work on. */
  readonly workspace: IWorkspace;
  /** What the agent of each Session is asked first: a Go template over the variables of the event. The `event` of the trigger has the expressions for them. */
  readonly initialPrompt: string;
  /**
   * The branch that the clone begins with: a Go template. It is made if the repository does not have it.
   *
   * @default - the `ref` of the Workspace
   */
  readonly initialBranch?: string;
}

/**
 * Makes a Session of each event of GitHub that matches. There is no limit to how many: an `idlePolicy` that deletes them is one.
 *
 * The operator of Kelos acts on it. Ours does not yet: it keeps the object.
 *
 * @example
 *
 * const reviews = Trigger.githubWebhook({ filters: [GitHubWebhookFilter.pullRequest({ action: 'opened' })] });
 * new SessionSpawner(this, 'pairs', {
 *   trigger: reviews,
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 *   initialPrompt: `Read #${reviews.event.number}, and be ready for questions.`,
 *   idlePolicy: { deleteAfter: Duration.days(3) },
 * });
 */
export class SessionSpawner extends Construct {
  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: SessionSpawnerProps) {
    super(scope, id);
    this.resource = new l1.CfgSessionSpawner(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  private render(): l1.SessionSpawnerSpec {
    const { trigger, agent } = this.props;
    return { when: trigger?._render(), sessionTemplate: renderSessionTemplate(this.props), credentials: agent?._credentialsPool() };
  }

  private check(): Problem[] {
    const { trigger, workspace } = this.props;
    const misshapen = [...checkTriggerShape(trigger), ...checkSessionTemplateShape(this.props)];
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkServiceOwner(this.name, LONGEST_SESSION_NAME - (trigger?._suffix ?? 0)),
      ...this.checkTrigger(),
      ...checkSessionTemplate(this.resource, this.props),
      ...(workspace === undefined ? [{ code: 'required', path: 'workspace', fix: 'pass the Workspace of the repository' } as const] : []),
      ...this.checkTemplates(),
    ];
    return checkSpec('SessionSpawner', this.render(), problems, SPEC_NAMES);
  }

  private checkTrigger(): Problem[] {
    const { trigger } = this.props;
    if (!trigger) return [{ code: 'required', path: 'trigger', fix: `pass ${TRIGGER}` }];
    const problems = trigger._check(this.resource);
    if (trigger._render().githubWebhook?.reporting || Object.keys(trigger._annotations()).length > 0) problems.push({ code: 'unknown-field', path: 'trigger.reporting', allowed: 'a Session does not report', fix: 'leave it out' });
    return problems;
  }

  private checkTemplates(): Problem[] {
    const { trigger, initialPrompt, initialBranch } = this.props;
    const problems: Problem[] = [];
    if ((initialPrompt ?? '').trim?.() === '') problems.push({ code: 'required', path: 'initialPrompt', fix: 'say what the agent should do first' });
    if (initialBranch !== undefined) problems.push(...checkBranch(withoutActions(initialBranch), 'initialBranch'));
    const templates = [...templateOf('initialPrompt', initialPrompt, 'prompt'), ...templateOf('initialBranch', initialBranch, 'branch')];
    if (trigger && templates.length > 0) problems.push(...checkSpawnerTemplates(templates, trigger._event, []));
    return problems;
  }
}

const TRIGGER = 'Trigger.githubWebhook({ … })';

/** The compiler says so too, but not to who runs without it. */
function checkTriggerShape(trigger: GitHubWebhookTrigger | undefined): Problem[] {
  if (trigger === undefined) return [];
  const misshapen = checkMade(trigger, '_check', TRIGGER, 'trigger');
  if (misshapen.length === 0) misshapen.push(...trigger._checkShape());
  if (misshapen.length > 0 || trigger._render().githubWebhook) return misshapen;
  return [{ code: 'enum', path: 'trigger', allowed: 'Sessions are made of webhooks of GitHub only', fix: `pass ${TRIGGER}` }];
}

/** What is named after an event is cut to it, which would cut off what tells two events apart. */
const LONGEST_SESSION_NAME = 63;

/** Which property a part of the spec comes from. */
const SPEC_NAMES = {
  'spec.when.githubWebhook': 'trigger',
  'spec.when.githubWebhook.gatewayRef': 'trigger.gateway',
  'spec.when': 'trigger',
  'spec.sessionTemplate': '',
  ...Object.fromEntries(Object.entries(SESSION_NAMES).map(([part, property]) => [`spec.sessionTemplate.${part}`, property])),
  'spec.credentials': 'agent.credentials',
};
