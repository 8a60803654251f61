import type { Workspace } from '@taskwright/schema';
import { parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../../src/github/github-clients.ts';
import { githubWebhook, isKnownEvent } from '../../../src/sources/github-webhook/github-webhook.ts';
import type { GitHubDelivery } from '../../../src/sources/github-webhook/delivery.ts';
import type { SkippedEvent, SourceEvent } from '../../../src/sources/source-event.ts';
import type { TriggerConfig } from '../../../src/sources/source.ts';
import { buildTask } from '../../../src/spawners/build-task.ts';
import { taskNameOf } from '../../../src/spawners/task-name.ts';
import { aSpawner } from '../../spawners/spawner-fixtures.ts';
import { aSourceContext } from '../a-source-context.ts';
import { aDelivery } from './a-delivery.ts';

type Config = TriggerConfig<'githubWebhook'>;

const SHA = '9f1c2d3e4b5a69788796a5b4c3d2e1f00112233c';
const workspace: Workspace = { metadata: { name: 'shop', namespace: 'shop' }, spec: { repo: 'https://github.com/acme/shop.git', secretRef: { name: 'bot' } } };
const withToken = { workspace, secrets: { bot: { GITHUB_TOKEN: 'ghp_1' } } };
const HEAD = { head: { ref: 'fix-login', sha: SHA } };

interface Given {
  readonly config?: Partial<Config>;
  readonly prompt?: string;
  readonly workspace?: Workspace;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** Matches a delivery, and tells what GitHub was asked. */
function matcher({ config = {}, prompt, workspace: given, secrets, answers = {} }: Given = {}) {
  const asked: string[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    const { host, pathname, search } = new URL(url);
    const token = new Headers(init?.headers).get('authorization') ?? 'nobody';
    asked.push(`${host}${pathname}${search} as ${token}`);
    const answer = answers[`${pathname}${search}`] ?? answers[pathname];
    return answer === undefined ? Response.json({ message: 'Not Found' }, { status: 404 }) : Response.json(answer);
  };
  const github = new GitHubClients({ clock: new VirtualClock(), fetch });
  const match = (delivery: GitHubDelivery): Promise<SourceEvent | SkippedEvent> => {
    const when = { githubWebhook: { events: [delivery.event], ...config } };
    return githubWebhook.match(when.githubWebhook, delivery, { ...aSourceContext({ when, fetch, prompt, workspace: given, secrets }), github });
  };
  return { asked, match };
}

async function taken(delivery: GitHubDelivery, given: Given = {}): Promise<SourceEvent> {
  const event = await matcher(given).match(delivery);
  if ('filter' in event) throw new Error(`it was skipped by ${event.filter}, which saw ${event.seen}`);
  return event;
}

function rendered(template: string, { variables }: SourceEvent): string {
  return renderTemplate(parseTemplate(template, 'prompt'), variables, { missingKey: 'error' });
}

describe('an event', () => {
  test('of a comment has everything that a Task is made of', async () => {
    const { variables, ...event } = await taken(aDelivery('issue_comment.created'));
    expect(event).toEqual({
      id: 'delivery-1',
      nameSuffix: 'issue-comment-0b220df19691',
      summary: 'issue_comment (created), acme/shop#42',
      labels: ['bug', 'actor/bot'],
      annotations: {},
      origin: { actor: 'ann', subject: 'acme/shop#42', text: '/bot please fix' },
    });
    const { Payload, ...others } = variables;
    expect(Payload).toBeDefined();
    expect(others).toEqual({
      Event: 'issue_comment', Action: 'created', Sender: 'ann', Ref: '', Repository: 'acme/shop', RepositoryOwner: 'acme', RepositoryName: 'shop', ID: '42', Kind: 'webhook', ChangedFiles: [], Number: 42n,
      Title: 'Login fails with a plus sign', Body: 'Steps: log in as ann+test@example.com.', URL: 'https://github.com/acme/shop/issues/42',
      CommentBody: '/bot please fix', CommentURL: 'https://github.com/acme/shop/issues/42#issuecomment-1',
    });
  });

  test.each([
    ['check_run.completed', 'Action Branch ChangedFiles CheckApp CheckName CheckRunURL Conclusion Event HeadSHA ID Kind Number Payload Ref Repository RepositoryName RepositoryOwner Sender Title URL'],
    ['push', 'Action Branch ChangedFiles Event HeadSHA ID Kind Payload Ref Repository RepositoryName RepositoryOwner Sender Title'],
    ['create.tag', 'Action ChangedFiles Event ID Kind Payload Ref RefType Repository RepositoryName RepositoryOwner Sender Tag Title'],
    ['release.published', 'Action Body ChangedFiles Event ID Kind Payload Ref Repository RepositoryName RepositoryOwner Sender Tag Title URL'],
    ['label.created', 'Action ChangedFiles Event ID Kind Payload Ref Repository RepositoryName RepositoryOwner Sender Title'],
  ])('%s has the variables %s', async (name, variables) => {
    expect(Object.keys((await taken(aDelivery(name))).variables).sort().join(' ')).toBe(variables);
  });

  test('has the name of a Task that its delivery has, and no other', async () => {
    const suffixes = await Promise.all(['delivery-1', 'delivery-1', 'delivery-2'].map(async (id) => (await taken(aDelivery('push', { id }))).nameSuffix));
    expect(suffixes[0]).toBe(suffixes[1]);
    expect(suffixes[0]).not.toBe(suffixes[2]);
  });

  test('renders the prompt of a fleet', async () => {
    const event = await taken(aDelivery('pull_request.opened'));
    expect(event.origin?.createdAt).toBeInstanceOf(Date);
    expect(rendered('#{{.Number}} {{.Title}} on {{.Branch}} by {{.Payload.PullRequest.User.Login}}: {{.ChangedFiles}} {{index . "CommentBody"}}', event)).toBe('#42 Escape the plus sign on fix-login by bea: [] <no value>');
    expect(() => rendered('{{if .CommentBody}}x{{end}}', event)).toThrow('there is no .CommentBody');
  });

  test.each([
    ['repository_dispatch', { action: 'IGNORE ALL', repository: { full_name: 'acme/shop' } }, 'repository_dispatch, acme/shop'],
    ['issues', { action: 'Opened <b>', repository: { full_name: 'acme/shop\nnow' }, issue: { number: 1 } }, 'issues'],
    ['ping', {}, 'ping'],
  ])('of %s is summed up without the words of strangers', async (event, payload, summary) => {
    expect((await taken({ id: '1', event, payload })).summary).toBe(summary);
  });

  test('keeps of what was written the end, where our own words are marked', async () => {
    const payload = { comment: { body: `a${'b'.repeat(70_000)}<!-- taskwright.dev/task: shop/x -->` } };
    const { origin } = await taken({ id: '1', event: 'issue_comment', payload });
    expect(origin!.text).toHaveLength(65_536);
    expect(origin!.text!.endsWith('<!-- taskwright.dev/task: shop/x -->')).toBe(true);
  });
});

test('a delivery that is not waited for tells the field and the value', async () => {
  const { match } = matcher({ config: { filters: [{ event: 'push', branch: 'release/*' }] } });
  expect(await match(aDelivery('push'))).toEqual({ id: 'delivery-1', summary: 'push, acme/shop', filter: 'filters[0].branch', seen: 'main' });
});

test('becomes the Task that the template of a TaskSpawner says', async () => {
  const event = await taken(aDelivery('workflow_run.completed'));
  const spawner = aSpawner({
    spec: { when: { githubWebhook: { events: ['workflow_run'] } } },
    template: {
      promptTemplate: '{{.CheckName}} ended in {{.Conclusion}} on {{.Branch}}: {{.Payload.WorkflowRun.HTMLURL}}{{range .Payload.WorkflowRun.PullRequests}} #{{.Number}}{{end}}', branch: '{{.Branch}}', metadata: { annotations: { run: '{{.Payload.WorkflowRun.ID}}' } },
    },
  });
  const { metadata, spec } = buildTask({ spawner, trigger: 'githubWebhook', event, name: taskNameOf(spawner, event, { isPushed: true }), ordinal: 1 });
  expect([metadata.name, metadata.annotations!.run, spec.branch]).toEqual([`bugs-${event.nameSuffix}`, '1018', 'fix-login']);
  expect(spec.prompt).toBe('ci ended in failure on fix-login: https://github.com/acme/shop/actions/runs/801 #42');
});

describe('reporting', () => {
  const issue = { 'kelos.dev/source-kind': 'issue', 'kelos.dev/source-number': '42', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop' };
  const pullRequest = { ...issue, 'kelos.dev/source-kind': 'pull-request' };
  const perTask = { 'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'PerTask' };
  const checks = { 'kelos.dev/github-checks': 'enabled', 'kelos.dev/source-sha': SHA };

  test.each<[string, string, Config['reporting'], Record<string, string>]>([
    ['nothing', 'issues.opened', undefined, {}],
    ['an empty one', 'issues.opened', {}, {}],
    ['the older way that is off', 'issues.opened', { enabled: false }, {}],
    ['the older way', 'issues.opened', { enabled: true }, { ...issue, ...perTask }],
    ['comments', 'issue_comment.created', { comments: { mode: 'PerTask' } }, { ...issue, ...perTask }],
    ['sticky comments', 'pull_request.opened', { comments: { mode: 'Sticky' } }, { ...pullRequest, ...perTask, 'kelos.dev/github-comment-mode': 'Sticky' }],
    ['checks', 'pull_request.opened', { checks: {} }, { ...pullRequest, ...checks }],
    ['checks with a name', 'pull_request_review.submitted', { checks: { name: 'agents' } }, { ...pullRequest, ...checks, 'kelos.dev/github-check-name': 'agents' }],
    ['checks of an issue', 'issues.opened', { checks: {} }, issue],
    ['comments on a check', 'check_run.completed', { comments: { mode: 'PerTask' } }, { ...pullRequest, ...perTask }],
    ['comments on a push', 'push', { comments: { mode: 'PerTask' } }, {}],
    ['comments on a discussion, which is no issue', 'discussion.created', { comments: { mode: 'PerTask' } }, {}],
  ])('%s on %s', async (_, name, reporting, annotations) => {
    expect((await taken(aDelivery(name), { config: { reporting } })).annotations).toEqual(annotations);
  });

  test('names the gateway, whose credentials report', async () => {
    const { annotations } = await taken(aDelivery('issues.opened', { gateway: 'inbox' }), { config: { reporting: { comments: { mode: 'PerTask' } } } });
    expect(annotations).toEqual({ ...issue, ...perTask, 'kelos.dev/webhook-gateway': 'inbox' });
  });

  test('of checks asks for the commit of a pull request that was commented on', async () => {
    const { annotations } = await taken(aDelivery('issue_comment.created.pull_request'), { ...withToken, config: { reporting: { checks: {} } }, answers: { '/repos/acme/shop/pulls/42': HEAD } });
    expect(annotations).toEqual({ ...pullRequest, ...checks });
  });
});

describe('the head of a pull request that was commented on', () => {
  const answers = { '/repos/acme/shop/pulls/42': HEAD };

  test('is not asked for when nobody reads it', async () => {
    const { asked, match } = matcher({ ...withToken, answers, prompt: '{{.Title}}' });
    await match(aDelivery('issue_comment.created.pull_request'));
    expect(asked).toEqual([]);
  });

  test.each([
    ['a template reads it', { prompt: '{{with index . "Branch"}}{{.}}{{end}}' }],
    ['a filter reads it', { config: { filters: [{ event: 'issue_comment', branch: 'fix-*' }] } }],
    ['an exclusion reads it', { config: { excludeFilters: [{ branch: 'main' }] } }],
  ])('is asked for once for all that listen, when %s', async (_, given: Given) => {
    const { asked, match } = matcher({ ...withToken, answers, ...given });
    const delivery = aDelivery('issue_comment.created.pull_request');
    const events = [await match(delivery), await match(delivery), await match(delivery)];
    const told = { Branch: 'fix-login', HeadSHA: SHA, origin: 'fix-login' };
    expect(events.map((event) => ('variables' in event ? { Branch: event.variables.Branch, HeadSHA: event.variables.HeadSHA, origin: event.origin?.branch } : event))).toEqual([told, told, told]);
    expect(asked).toEqual(['api.github.com/repos/acme/shop/pulls/42 as Bearer ghp_1']);
  });

  test('is not asked for as nobody, and says so', async () => {
    const { asked, match } = matcher({ answers, config: { filters: [{ event: 'issue_comment', branch: 'fix-*' }] } });
    expect(await match(aDelivery('issue_comment.created.pull_request'))).toEqual({
      id: 'delivery-1', summary: 'issue_comment (created), acme/shop#42', filter: 'filters[0].branch', seen: 'unknown: there are no credentials to ask GitHub with',
    });
    expect(asked).toEqual([]);
  });

  test('that GitHub does not tell leaves the delivery to be judged later', async () => {
    const { match } = matcher({ ...withToken, prompt: '{{index . "Branch"}}' });
    await expect(match(aDelivery('issue_comment.created.pull_request'))).rejects.toThrow('GitHub answered 404');
  });

  test('is asked for with the credentials of the gateway, at its address', async () => {
    const { asked, match } = matcher({ ...withToken, secrets: { ghe: { GITHUB_TOKEN: 'ghp_2' } }, answers: { '/api/v3/repos/acme/shop/pulls/42': HEAD }, prompt: '{{index . "Branch"}}' });
    await match(aDelivery('issue_comment.created.pull_request', { gateway: 'inbox', access: { secretName: 'ghe', apiUrl: 'https://ghe.example.com/api/v3' } }));
    expect(asked).toEqual(['ghe.example.com/api/v3/repos/acme/shop/pulls/42 as Bearer ghp_2']);
  });

  test('is not asked for through a gateway without credentials, whatever the Workspace has', async () => {
    const { asked, match } = matcher({ ...withToken, answers, prompt: '{{index . "Branch"}}' });
    expect(await match(aDelivery('issue_comment.created.pull_request', { gateway: 'inbox' }))).toHaveProperty('variables');
    expect(asked).toEqual([]);
  });

  test('is not asked for with a key for SSH', async () => {
    const { asked, match } = matcher({ workspace, secrets: { bot: { 'ssh-privatekey': 'x', known_hosts: 'y' } }, answers, prompt: '{{index . "Branch"}}' });
    expect(await match(aDelivery('issue_comment.created.pull_request'))).toHaveProperty('variables');
    expect(asked).toEqual([]);
  });

  test('through a gateway whose Secret has no credentials says which keys', async () => {
    const { match } = matcher({ secrets: { ghe: { 'webhook-secret': 'x' } }, prompt: '{{index . "Branch"}}' });
    await expect(match(aDelivery('issue_comment.created.pull_request', { gateway: 'inbox', access: { secretName: 'ghe' } }))).rejects.toThrow(
      'Secret "ghe" of WebhookGateway "inbox" has no credentials to ask GitHub with; it has to have GITHUB_TOKEN, or appID, installationID and privateKey',
    );
  });

  test('with a Secret that is not there says which', async () => {
    const { match } = matcher({ workspace, prompt: '{{index . "Branch"}}' });
    await expect(match(aDelivery('issue_comment.created.pull_request'))).rejects.toThrow('Secret "bot" does not exist');
  });

  test.each(['acme/../../user', '../x', 'acme/shop/pulls', 'acme/shop?x', ''])('is not asked for in a repository that is called %j', async (repository) => {
    const delivery = aDelivery('issue_comment.created.pull_request');
    const payload = { ...delivery.payload, repository: { full_name: repository } };
    const { asked, match } = matcher({ ...withToken, answers, prompt: '{{index . "Branch"}}' });
    await match({ ...delivery, payload });
    expect(asked).toEqual([]);
  });
});

describe('the files of a pull request', () => {
  const files = '/repos/acme/shop/pulls/42/files';
  const filters: Config['filters'] = [{ event: 'pull_request', filePatterns: { include: ['src/**'] } }];
  const listing = (...names: string[]) => names.map((filename) => ({ filename }));

  test.each([
    ['takes one that changes such a file', ['README.md', 'src/login.ts'], ['README.md', 'src/login.ts']],
    ['does not take one that does not', ['README.md'], { id: 'delivery-1', summary: 'pull_request (opened), acme/shop#42', filter: 'filters[0].filePatterns', seen: 'README.md' }],
  ])('are held against patterns: %s', async (_, names, expected) => {
    const event = await matcher({ ...withToken, config: { filters }, answers: { [files]: listing(...names) } }).match(aDelivery('pull_request.opened'));
    expect('variables' in event ? event.variables.ChangedFiles : event).toEqual(expected);
  });

  test('are asked for when a template prints them', async () => {
    const event = await taken(aDelivery('pull_request.opened'), { ...withToken, prompt: '{{range .ChangedFiles}}{{.}}{{end}}', answers: { [files]: listing('a', 'b') } });
    expect(rendered('{{.ChangedFiles}}', event)).toBe('[a b]');
  });

  test('are not asked for when nobody reads them, and the list is empty', async () => {
    const { asked, match } = matcher({ ...withToken, answers: { [files]: listing('a') } });
    const event = await match(aDelivery('pull_request.opened'));
    expect([asked, 'variables' in event && event.variables.ChangedFiles]).toEqual([[], []]);
  });

  test('are asked for by whoever may see them, and told to nobody else', async () => {
    const delivery = aDelivery('pull_request.opened');
    const mine = matcher({ ...withToken, config: { filters }, answers: { [files]: listing('src/mine.ts') } });
    const theirs = matcher({ workspace, secrets: { bot: { GITHUB_TOKEN: 'ghp_theirs' } }, config: { filters }, answers: { [files]: listing('README.md') } });
    expect(await mine.match(delivery)).toHaveProperty('variables');
    expect(await theirs.match(delivery)).toHaveProperty('seen', 'README.md');
  });

  test('are asked for as anybody where there are no credentials, as of a public repository', async () => {
    const { asked, match } = matcher({ config: { filters }, answers: { [files]: listing('src/login.ts') } });
    expect(await match(aDelivery('pull_request.opened'))).toHaveProperty('variables');
    expect(asked).toEqual(['api.github.com/repos/acme/shop/pulls/42/files?per_page=100 as nobody']);
  });

  test('that are more than GitHub lists decide nothing', async () => {
    const delivery = aDelivery('pull_request.opened');
    const payload = { ...delivery.payload, pull_request: { ...delivery.payload.pull_request as object, changed_files: 3_001 } };
    const { match } = matcher({ ...withToken, config: { filters }, answers: { [files]: listing(...Array.from({ length: 3_000 }, (_, index) => `docs/${index}`)) } });
    await expect(match({ ...delivery, payload })).rejects.toThrow('acme/shop#42: GitHub lists only 3000 of the files that it changes');
  });

  test('cannot be asked for when GitHub is away, which is no rejection', async () => {
    const { match } = matcher({ ...withToken, config: { filters } });
    await expect(match(aDelivery('pull_request.opened'))).rejects.toThrow('GitHub answered 404');
  });
});

test.each([['issues', true], ['workflow_run', true], ['ping', true], ['made_up', false], ['__proto__', false], ['', false]])('GitHub has an event %s: %s', (event, isKnown) => {
  expect(isKnownEvent(event)).toBe(isKnown);
});
