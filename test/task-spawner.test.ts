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

describe('the templates of a TaskSpawner', () => {
  const pulls = Trigger.githubPullRequests();
  const push = Trigger.githubWebhook({ events: ['push', 'issues'] });
  const owners = ContextSource.http('owners', { url: 'https://teams.example.com' });
  const dependsOn = [Task.fromTaskName('plan')];

  test.each<{ it: string; props: Partial<TaskSpawnerProps> }>([
    { it: 'the branch of a pull request as a branch', props: { trigger: pulls, branch: pulls.event.branch, nameTemplate: `review-${pulls.event.branch}` } },
    { it: 'text from strangers in prompts and annotations', props: { prompt: `${issues.event.title} ${issues.event.comments}`, taskAnnotations: { title: issues.event.title } } },
    { it: 'text from strangers that only decides', props: { branch: '{{if eq .Title "urgent"}}urgent{{else}}bot-{{len .Body}}{{end}}' } },
    { it: 'what fetches say', props: { contextSources: [owners], prompt: `Ask ${owners.text}.`, taskAnnotations: { owner: owners.text } } },
    { it: 'text in an address that is escaped', props: { contextSources: [ContextSource.http('a', { url: 'https://a.example.com/?q={{.Title | urlquery}}&n={{.Number}}', headers: { 'x-issue': '{{.Number}}' }, body: '{{printf "%q" .Body}}' })] } },
    { it: 'what may be missing, with index', props: { trigger: push, prompt: `${push.event.number} ${push.event.changedFiles} {{with index . "Body"}}{{.}}{{end}}` } },
    { it: 'names and numbers of a payload', props: { trigger: push, branch: 'by-{{.Payload.Issue.User.Login}}-{{.Payload.Issue.ID}}', prompt: '{{.Payload.Issue.Title}}' } },
    { it: 'numbers in the prompt of a Task that waits for others', props: { dependsOn, prompt: `Fix #${issues.event.number}` } },
    { it: 'annotations that say what a Task may spend', props: { taskAnnotations: { 'taskwright.dev/max-cost-usd': '2.50', 'taskwright.dev/retry-limit': '{{len .Labels}}' } } },
    { it: 'braces that are none', props: { prompt: 'Run {{"{{"}} it }}' } },
  ])('may have $it', ({ props }) => {
    expectSynth(spawner(props), [expect.objectContaining({ kind: 'TaskSpawner' })]);
  });

  const strangers = (path: string, variable: string, why: string) => `${path}, line 1, column 3: is given text that anybody may have written, got ${variable}; ${why}`;
  const BRANCH = 'git may refuse it as a branch, or it names another';
  const NAME = 'whoever writes a text of that name keeps the other from becoming a Task';
  const LABEL = 'a label takes 63 letters, digits, -, _ and ., and a Task with another is refused; put it into an annotation';
  test.each<{ it: string; props: Partial<TaskSpawnerProps>; lines: string[] }>([
    { it: 'a title as a branch', props: { branch: '{{.Title}}' }, lines: [strangers('branch', '.Title', `${BRANCH}; use {{.Number}}`)] },
    { it: 'a title that is formatted, as a branch', props: { branch: '{{printf "%.20s" .Title}}' }, lines: [strangers('branch', '.Title', `${BRANCH}; use {{.Number}}`)] },
    { it: 'a title that is escaped for an address, as a branch', props: { branch: '{{urlquery .Title}}' }, lines: [strangers('branch', '.Title', `${BRANCH}; use {{.Number}}`)] },
    { it: 'everything as a branch', props: { branch: '{{.}}' }, lines: [strangers('branch', '.', `${BRANCH}; use {{.Number}}`)] },
    { it: 'a title as a name', props: { nameTemplate: '{{.Title}}' }, lines: [strangers('nameTemplate', '.Title', `${NAME}; use {{.Number}}`)] },
    { it: 'a title as a name, of events that need not have a number', props: { trigger: push, nameTemplate: '{{.Title}}' }, lines: [strangers('nameTemplate', '.Title', `${NAME}; use {{.ID}}`)] },
    { it: 'the text of a payload as a branch', props: { trigger: push, branch: '{{.Payload.Issue.Title}}' }, lines: [strangers('branch', '.Payload.Issue.Title', `${BRANCH}; use {{.ID}}`)] },
    { it: 'the branch of a pull request as a label', props: { trigger: pulls, taskLabels: { branch: '{{.Branch}}' } }, lines: [strangers('taskLabels["branch"]', '.Branch', LABEL)] },
    { it: 'what a fetch says as a branch', props: { contextSources: [owners], branch: '{{.Context.owners}}' }, lines: [strangers('branch', '.Context.owners', `${BRANCH}; use {{.Number}}`)] },
    { it: 'a title in an address', props: { contextSources: [ContextSource.http('a', { url: 'https://a.example.com/{{.Title}}' })] }, lines: ['contextSources[0].url, line 1, column 25: is given text that anybody may have written, got .Title; it could lead to another address; escape it: {{… | urlquery}}'] },
    { it: 'a title in a header', props: { contextSources: [ContextSource.http('a', { url: 'https://a.example.com', headers: { 'x-title': '{{.Title}}' } })] }, lines: [strangers('contextSources[0].headers["x-title"]', '.Title', 'a line break in it would make a header of its own; send it in the body, or escape it: {{… | urlquery}}')] },
    { it: 'a title in the prompt of a Task that waits for others', props: { dependsOn, prompt: '{{.Title}}' }, lines: [strangers('prompt', '.Title', 'with dependsOn the prompt of the Task is a template once more, and the text would be a part of it; leave dependsOn out, or tell the agent to read the text itself')] },
    { it: 'what a fetch says in a name', props: { contextSources: [owners], nameTemplate: 'a-{{.Context.owners}}' }, lines: ['nameTemplate, line 1, column 5: reads a variable that is not there, got .Context; a GitHub issue has Body, Comments, ID, Kind, Labels, Number, Title or URL'] },
    { it: 'what is not fetched', props: { contextSources: [owners], prompt: '{{.Context.owner}}' }, lines: ['prompt, line 1, column 3: reads a variable that is not there, got .Context.owner; .Context has owners; did you mean .Context.owners?'] },
    { it: 'what is always empty', props: { prompt: '{{.Branch}}' }, lines: ['prompt, line 1, column 3: reads a variable that is not there, got .Branch; a GitHub issue has Body, Comments, ID, Kind, Labels, Number, Title or URL'] },
    { it: 'what may be missing, with a dot', props: { trigger: push, prompt: '{{.Number}}' }, lines: ['prompt, line 1, column 3: reads a variable that is not there, got .Number; a GitHub webhook (push, issues) does not always have it, and rendering fails without it; write {{with index . "Number"}}{{.}}{{end}}'] },
    { it: 'what none of the events has', props: { trigger: push, prompt: push.event.checkName }, lines: ['prompt, line 1, column 3: reads a variable that is not there, got .CheckName; a GitHub webhook (push, issues) has Action, Body, Branch, ChangedFiles, Event, HeadSHA, ID, Kind, Number, Payload or 7 more'] },
    { it: 'a block that is not closed', props: { prompt: '{{if .Title}}' }, lines: ['prompt, line 1, column 1: is not a template that can be rendered; this block is never closed; add {{end}}; braces that are no template are written {{"{{"}}'] },
    { it: 'a function of others', props: { branch: '{{.Title | lower}}' }, lines: ['branch, line 1, column 12: is not a template that can be rendered; there is no function "lower"; there are and, call, eq, ge, gt, html, index, js, le, len or 9 more; a variable begins with a dot: .lower; braces that are no template are written {{"{{"}}'] },
    { it: 'a branch that is none whatever the event', props: { branch: 'bot {{.Number}}' }, lines: ['branch: is not a branch name, got "bot x"; it must not hold spaces, control characters or any of ~ ^ : ? * [ \\'] },
    { it: 'a label that is none whatever the event', props: { taskLabels: { issue: '#{{.Number}}' } }, lines: ['taskLabels["issue"]: does not have the right form, got "#x"; the value of a label is at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit'] },
    { it: 'an annotation that the operator could not read', props: { taskAnnotations: { 'taskwright.dev/retry-limit': 'often', 'taskwright.dev/max-cost-usdd': '1' } }, lines: [
      'taskAnnotations["taskwright.dev/retry-limit"]: does not have the right form, got "often"; it has to be a whole number from 0 to 10',
      'taskAnnotations["taskwright.dev/max-cost-usdd"]: is not a known field; did you mean taskwright.dev/max-cost-usd?',
    ] },
    { it: 'no prompt at all', props: { prompt: ' ' }, lines: ['prompt: is missing; say what the agent should do'] },
  ])('do not have $it', ({ props, lines }) => {
    expectSynth(spawner(props), refusal(...lines));
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
