import { type Chart, Duration, Size } from 'cdk8s';
import {
  CodingAgent, Credentials, GitHubReporting, GitHubWebhookFilter, SecretRef, SessionSpawner, type SessionSpawnerProps, Trigger, VolumeClaim, WebhookGateway, WorkerPool, Workspace,
} from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const trigger = Trigger.githubWebhook({ events: ['pull_request'] });
const usual: SessionSpawnerProps = { metadata: { name: 'pairs' }, trigger, agent: claude, workspace: Workspace.fromWorkspaceName('shop'), initialPrompt: `Read #${trigger.event.number}.` };
const spawner = (props: Partial<SessionSpawnerProps>) => (chart: Chart) => new SessionSpawner(chart, 'pairs', { ...usual, ...props });
const rendered = (spec: object, metadata: object = { name: 'pairs' }) => [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'SessionSpawner', metadata, spec }];
const refused = (...lines: string[]) => ({ refused: lines.map((line) => `[fleet/pairs] ${line}`) });
const worker = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } }, workspaceRef: { name: 'shop' } };
const least = { when: { githubWebhook: { events: ['pull_request'] } }, sessionTemplate: { worker, initialPrompt: 'Read #{{.Number}}.' } };

describe('a SessionSpawner', () => {
  test('is rendered with nothing that was not asked for', () => expectSynth(spawner({}), rendered(least)));

  test('is rendered with everything that can be asked for', () => {
    const all = Trigger.githubWebhook({ filters: [GitHubWebhookFilter.pullRequest({ action: 'opened' })], gateway: WebhookGateway.fromWebhookGatewayName('hooks') });
    expectSynth(spawner({
      metadata: { name: 'pairs', namespace: 'agents' },
      trigger: all,
      agent: CodingAgent.codex({ credentials: Credentials.pool({ ann: Credentials.apiKey(SecretRef.fromName('ann')), bob: Credentials.oauth(SecretRef.fromName('bob')) }), model: 'gpt-5' }),
      initialPrompt: all.event.title,
      initialBranch: `pr-${all.event.number}`,
      volume: VolumeClaim.ofSize(Size.gibibytes(10)),
      suspend: true,
      idlePolicy: { deleteAfter: Duration.days(1) },
    }), rendered({
      when: { githubWebhook: { events: ['pull_request'], filters: [{ event: 'pull_request', action: 'opened' }], gatewayRef: { name: 'hooks' } } },
      sessionTemplate: {
        worker: { type: 'codex', model: 'gpt-5', workspaceRef: { name: 'shop' } },
        initialPrompt: '{{.Title}}',
        initialBranch: 'pr-{{.Number}}',
        volumeClaimTemplate: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
        suspend: true,
        idlePolicy: { deleteAfterSeconds: 86_400 },
      },
      credentials: [{ name: 'ann', type: 'api-key', secretRef: { name: 'ann' } }, { name: 'bob', type: 'oauth', secretRef: { name: 'bob' } }],
    }, { name: 'pairs', namespace: 'agents' }));
  });

  test.each<[string, Partial<SessionSpawnerProps>, string[]]>([
    ['nothing', { trigger: undefined as never, agent: undefined as never, workspace: undefined as never, initialPrompt: undefined as never }, [
      'trigger: is missing; pass Trigger.githubWebhook({ … })',
      'agent: is missing; pass CodingAgent.claudeCode({ … }) or another',
      'workspace: is missing; pass the Workspace of the repository',
      'initialPrompt: is missing; say what the agent should do first',
    ]],
    ['what no factory made', { trigger: 'pull_request' as never, agent: 'claude' as never, idlePolicy: { deleteAfter: 60 as never } }, [
      'trigger: has the wrong type, got a string; pass Trigger.githubWebhook({ … })',
      'agent: has the wrong type, got a string; pass CodingAgent.claudeCode({ … }) or another',
      'idlePolicy.deleteAfter: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)',
    ]],
    ['another trigger', { trigger: Trigger.cron('0 6 * * *') as never, initialPrompt: 'Read.' }, ['trigger: is not one of the accepted values; Sessions are made of webhooks of GitHub only; pass Trigger.githubWebhook({ … })']],
    ['a trigger that listens to nothing', { trigger: Trigger.githubWebhook({}), initialPrompt: 'Read.' }, ['trigger.events: is missing; name the events, or pass filters']],
    ['a trigger that reacts', { trigger: Trigger.githubWebhook({ events: ['pull_request'], reporting: [GitHubReporting.reactions()] }) }, ['trigger.reporting: is not a known field; a Session does not report; leave it out']],
    ['a trigger that reports', { trigger: Trigger.githubWebhook({ events: ['pull_request'], reporting: [GitHubReporting.comments()] }) }, ['trigger.reporting: is not a known field; a Session does not report; leave it out']],
    ['an agent that cannot be talked to', { agent: CodingAgent.gemini({ credentials: Credentials.none() }) }, [
      'agent: is not one of the accepted values, got "gemini"; of the agents claude-code, codex and opencode can be talked to; pass one of them, or give this one a Task',
    ]],
    ['an agent on a pool', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')) }, ['agent: does not go together with a worker pool, got an agent on a pool; pass an agent of its own, such as CodingAgent.claudeCode({ … })']],
    ['an empty prompt', { initialPrompt: ' ' }, ['initialPrompt: is missing; say what the agent should do first']],
    ['variables of other events', { initialPrompt: '{{.CheckName}}', initialBranch: 'pr-{{.Numbr}}' }, [
      'initialPrompt, line 1, column 3: reads a variable that is not there, got .CheckName; a GitHub webhook (pull_request) has Action, Body, Branch, ChangedFiles, Event, HeadSHA, ID, Kind, Number, Payload or 7 more',
      'initialBranch, line 1, column 6: reads a variable that is not there, got .Numbr; a GitHub webhook (pull_request) has Action, Body, Branch, ChangedFiles, Event, HeadSHA, ID, Kind, Number, Payload or 7 more; did you mean .Number?',
    ]],
    ['a title for a branch', { initialBranch: 'pr-{{.Title}}' }, ['initialBranch, line 1, column 6: is given text that anybody may have written, got .Title; git may refuse it as a branch, or it names another; use {{.Number}}']],
    ['a branch that git refuses', { initialBranch: 'pr..{{.Number}}' }, ['initialBranch: is not a branch name, got "pr..x"; it must not hold .. @{ or //']],
    ['a name with a dot', { metadata: { name: 'pairs.shop' } }, ['metadata.name: is not a usable name, got "pairs.shop"; it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit']],
    ['too long a name', { metadata: { name: 'p'.repeat(38) } }, ['metadata.name: is too long, got 38 characters; at most 37; shorten the name']],
    ['an empty pool of credentials', { agent: CodingAgent.claudeCode({ credentials: Credentials.pool({}) }) }, ['agent.credentials: has too few items, got an empty pool; at least 1']],
  ])('says that it has %s', (_, props, lines) => expectSynth(spawner(props), refused(...lines)));

  test('may have a name that leaves room for what tells deliveries apart', () => {
    const name = 'p'.repeat(37);
    expectSynth(spawner({ metadata: { name } }), rendered(least, { name }));
  });
});
