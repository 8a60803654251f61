import type { Task, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { gitlab } from '../../src/forges/dialect.ts';
import { connectForge } from '../../src/reporting/connect-forge.ts';
import type { ReportRefused } from '../../src/reporting/forge.ts';
import { GitLabForge } from '../../src/reporting/gitlab-forge.ts';
import { GitLabServer } from '../../src/testing/gitlab-server.ts';

const clock = new VirtualClock();
const subject = { kind: 'issue', owner: 'acme/web', repo: 'shop', number: 1 } as const;
const { signal } = new AbortController();

function connected({ repo = 'https://gitlab.com/acme/web/shop', secretRef = true, baseUrl }: { repo?: string; secretRef?: boolean; baseUrl?: string } = {}) {
  const server = new GitLabServer({ clock, tokens: { t: 'bot' } });
  const project = server.project('acme/web/shop', { issues: [{ iid: 1 }] });
  const workspace: Workspace = { metadata: { name: 'shop' }, spec: { repo, ...secretRef && { secretRef: { name: 'bot' } } } };
  const task = { metadata: { name: 'fix', annotations: { ...baseUrl !== undefined && { 'taskwright.dev/source-base-url': baseUrl } } } } as Task;
  const forge = connectForge(gitlab, task, { forge: 'gitlab', subject }, { workspace, readSecret: async () => ({ GITHUB_TOKEN: 't' }), fetch: server.fetch, clock, redact: (text) => text });
  return { server, project, forge };
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it is connected'), ({ name, message }: ReportRefused) => `${name}: ${message}`);

test('a report goes to the forge of the Workspace, by its token', async () => {
  const { server, project, forge } = connected({ baseUrl: 'https://gitlab.com' });
  const connection = await forge;
  await connection.createComment(subject, 'done', signal);
  expect([connection instanceof GitLabForge, connection.webUrl, project.issues[0]!.notes?.map(({ body }) => body), server.requests.map(({ authorization }) => authorization)])
    .toEqual([true, 'https://gitlab.com', ['done'], ['Bearer t']]);
});

test('reports by one account are spaced together', async () => {
  const [one, other, third] = await Promise.all([connected().forge, connected().forge, connected({ repo: 'https://gitlab.acme.test/acme/web/shop' }).forge]);
  expect([one.account === other.account, one.account === third.account]).toEqual([true, false]);
});

test.each<{ it: string; given: Parameters<typeof connected>[0]; problem: string }>([
  { it: 'a forge that is not that of the Workspace', given: { baseUrl: 'https://evil.test' }, problem: 'ReportRefused: nothing is written to GitLab at evil.test as nobody; give the Task a Workspace with a repository there and a secretRef' },
  { it: 'a Workspace without a Secret', given: { secretRef: false }, problem: 'ReportRefused: nothing is written to GitLab at gitlab.com as nobody; give the Task a Workspace with a repository there and a secretRef' },
  { it: 'an annotation that is no URL', given: { baseUrl: 'gitlab.com' }, problem: 'ReportRefused: annotation taskwright.dev/source-base-url is no URL, got "gitlab.com"' },
])('$it is refused', async ({ given, problem }) => {
  expect(await problemOf(connected(given).forge)).toBe(problem);
});
