import { ApiObject, type Chart, Duration } from 'cdk8s';
import { CodingAgent, ContextSource, Credentials, SecretRef, Task, TaskSpawner, type TaskSpawnerProps, Trigger, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const workspace = Workspace.fromWorkspaceName('shop');
const issues = Trigger.githubIssues();
const spawner = (props: Partial<TaskSpawnerProps>) => (chart: Chart) => new TaskSpawner(chart, 'workers', { metadata: { name: 'workers' }, trigger: issues, agent, workspace, ...props });
const WORKER = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } }, workspaceRef: { name: 'shop' } };

/** The lines by which a spawner is refused. */
const refusal = (...lines: string[]) => ({ refused: lines.map((line) => `[fleet/workers] ${line}`) });

describe('a TaskSpawner', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(spawner({}), [{
      apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'workers' }, spec: { when: { githubIssues: {} }, taskTemplate: { worker: WORKER } },
    }]);
  });

  test('is rendered with everything that can be asked for', () => {
    const owners = ContextSource.http('owners', { url: 'https://teams.example.com/owners', jsonPath: '$.team' });
    const props: TaskSpawnerProps = {
      metadata: { name: 'workers', namespace: 'agents' },
      trigger: issues,
      agent,
      workspace,
      prompt: `Fix #${issues.event.number}: ${issues.event.title}, ask ${owners.text}`,
      branch: `bot-${issues.event.number}`,
      nameTemplate: `issue-${issues.event.number}`,
      taskLabels: { issue: issues.event.number },
      taskAnnotations: { 'example.com/title': issues.event.title },
      contextSources: [owners],
      dependsOn: [],
      ttlAfterFinished: Duration.days(1),
      upstreamRepo: 'acme/shop',
      podFailurePolicy: { rules: [{ action: 'Ignore' }] },
      maxConcurrency: 3,
      maxTotalTasks: 100,
      suspend: true,
    };
    expectSynth((chart) => new TaskSpawner(chart, 'workers', props), [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskSpawner',
      metadata: { name: 'workers', namespace: 'agents' },
      spec: {
        when: { githubIssues: {} },
        taskTemplate: {
          promptTemplate: 'Fix #{{.Number}}: {{.Title}}, ask {{.Context.owners}}',
          nameTemplate: 'issue-{{.Number}}',
          worker: WORKER,
          branch: 'bot-{{.Number}}',
          ttlSecondsAfterFinished: 86_400,
          upstreamRepo: 'acme/shop',
          podFailurePolicy: { rules: [{ action: 'Ignore' }] },
          metadata: { labels: { issue: '{{.Number}}' }, annotations: { 'example.com/title': '{{.Title}}' } },
          contextSources: [{ name: 'owners', http: { url: 'https://teams.example.com/owners', responseFilter: { type: 'JSONPath', expression: '$.team' } } }],
        },
        maxConcurrency: 3,
        maxTotalTasks: 100,
        suspend: true,
      },
    }]);
  });

  test('draws from a pool of credentials', () => {
    const pool = Credentials.pool({ first: Credentials.apiKey(SecretRef.fromName('a')), second: Credentials.oauth(SecretRef.fromName('b')) });
    expectSynth(spawner({ agent: CodingAgent.claudeCode({ credentials: pool }) }), [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskSpawner',
      metadata: { name: 'workers' },
      spec: {
        when: { githubIssues: {} },
        taskTemplate: { worker: { type: 'claude-code', workspaceRef: { name: 'shop' } } },
        credentials: [{ name: 'first', type: 'api-key', secretRef: { name: 'a' } }, { name: 'second', type: 'oauth', secretRef: { name: 'b' } }],
      },
    }]);
  });

  test('says what is wrong with a pool of credentials', () => {
    const pool = Credentials.pool({ 'Not A Name': Credentials.apiKey(SecretRef.fromName('a')), 'none': Credentials.none(), 'key': Credentials.apiKey(SecretRef.fromName('b', { keys: ['token'] })) });
    expectSynth(spawner({ agent: CodingAgent.claudeCode({ credentials: pool }) }), refusal(
      'agent.credentials[0].name: does not have the right form, got "Not A Name"; it has to match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      'agent.credentials.none: is not one of the accepted values, got "none"; pass Credentials.apiKey(secret) or .oauth(secret)',
      'agent.credentials.key: names a Secret without the key that is read from it, got "b" with only token; Claude Code with an API key reads ANTHROPIC_API_KEY; rename the key to ANTHROPIC_API_KEY, or pass the Secret that has it',
    ));
  });

  test('runs its Tasks on a pool, without a Workspace of its own', () => {
    expectSynth(spawner({ agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')), workspace: undefined }), [{
      apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'workers' }, spec: { when: { githubIssues: {} }, taskTemplate: { workerPoolRef: { name: 'warm' } } },
    }]);
  });

  test('reports all its mistakes at once', () => {
    expectSynth(spawner({ workspace: undefined, prompt: '{{.Titel}}', branch: 'fix-{{.Title}}', maxConcurrency: -1, taskLabels: { 'kelos.dev/taskspawner': 'mine' } }), refusal(
      'maxConcurrency: is too small, got -1; at least 0',
      'workspace: is missing; this trigger needs one; pass the Workspace of the repository',
      'prompt, line 1, column 3: reads a variable that is not there, got .Titel; a GitHub issue has Body, Comments, ID, Kind, Labels, Number, Title or URL; did you mean .Title?',
      'branch, line 1, column 7: is given text that anybody may have written, got .Title; git may refuse it as a branch, or it names another; use {{.Number}}',
      'taskLabels: is a reserved name, got "kelos.dev/taskspawner"; what begins with kelos.dev/ is the operator\'s to write; rename it',
    ));
  });

  test('says what was made without the compiler', () => {
    expectSynth(spawner({ trigger: { githubIssues: {} } as never, contextSources: ['owners'] as never }), refusal(
      'trigger: has the wrong type, got an object; pass Trigger.githubIssues({ … }) or another',
      'contextSources[0]: has the wrong type, got a string; pass ContextSource.http(…)',
    ));
  });

  test('says what is missing', () => {
    expectSynth((chart) => new TaskSpawner(chart, 'workers', {} as never), refusal(
      'trigger: is missing; pass Trigger.githubIssues({ … }) or another',
      'agent: is missing; pass CodingAgent.claudeCode({ … }) or another',
    ));
  });
});

describe('the name of a TaskSpawner', () => {
  const named = (length: number, props: Partial<TaskSpawnerProps> = {}) => spawner({ metadata: { name: 'a'.repeat(length) }, ...props });
  const tooLong = (length: number, most: number, more: number) => refusal(`metadata.name: is too long, got ${length} characters; at most ${most}, since its Tasks are called like it with up to ${more} more; shorten the name, or set nameTemplate`);

  test.each<{ it: string; fits: number; more: number; props: Partial<TaskSpawnerProps> }>([
    { it: 'the number of an issue', fits: 55, more: 8, props: {} },
    { it: 'the time of a tick', fits: 49, more: 14, props: { trigger: Trigger.cron('0 6 * * *'), prompt: 'Tidy up.' } },
  ])('leaves room for $it', ({ fits, more, props }) => {
    expectSynth(named(fits + 1, props), tooLong(fits + 1, fits, more));
    expectSynth((chart) => ApiObject.of(named(fits, props)(chart)).metadata.addLabel('fits', 'yes'), [{
      ...{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner' },
      metadata: { name: 'a'.repeat(fits), labels: { fits: 'yes' } },
      spec: expect.anything(),
    }]);
  });

  test('has 63 characters where Tasks have names of their own', () => {
    expectSynth(named(64, { nameTemplate: 'issue-{{.Number}}' }), refusal('metadata.name: is too long, got 64 characters; at most 63; shorten the name'));
    expectSynth((chart) => { named(63, { nameTemplate: 'issue-{{.Number}}' })(chart); }, [expect.objectContaining({ kind: 'TaskSpawner' })]);
  });
});

test('a pool of credentials is for spawners', () => {
  const pooled = CodingAgent.claudeCode({ credentials: Credentials.pool({ a: Credentials.apiKey(SecretRef.fromName('a')) }) });
  expectSynth((chart) => new Task(chart, 'workers', { agent: pooled, prompt: 'Fix it.' }), refusal(
    'agent.credentials: is not one of the accepted values, got a pool; only a spawner draws from a pool; pass Credentials.apiKey(secret), .oauth(secret) or .none()',
  ));
});
