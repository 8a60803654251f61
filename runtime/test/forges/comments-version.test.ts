import type { Workspace } from '@taskwright/schema';
import { beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { giteaIssuesSource } from '../../src/sources/gitea-issues/gitea-issues.ts';
import { gitlabIssuesSource } from '../../src/sources/gitlab-issues/gitlab-issues.ts';
import type { Discovery } from '../../src/sources/source.ts';
import { type GiteaItem, GiteaServer } from '../../src/testing/gitea-server.ts';
import { type GitLabItem, GitLabServer } from '../../src/testing/gitlab-server.ts';
import { aSourceContext } from '../sources/a-source-context.ts';

const MINUTE_MS = 60_000;

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

const aWorkspace = (host: string): Workspace => ({ metadata: { name: 'shop' }, spec: { repo: `https://${host}/acme/shop.git`, secretRef: { name: 'bot' } } });
const given = (host: string, fetch: typeof globalThis.fetch) => ({ workspace: aWorkspace(host), secrets: { bot: { GITHUB_TOKEN: 'token' } }, fetch, clock, prompt: '{{.Comments}}' });
const commentsIn = ({ events }: Discovery) => events.map(({ variables }) => variables.Comments);

/** Three issues with a comment each. */
function aGitLab() {
  const server = new GitLabServer({ clock, tokens: { token: 'bot' } });
  const issues: GitLabItem[] = [1, 2, 3].map((iid) => ({ iid, notes: [{ body: `of ${iid}` }] }));
  server.project('acme/shop', { issues, members: { bot: 40 } });
  const say = (iid: number, ...bodies: string[]) => void issues.splice(iid - 1, 1, { iid, notes: bodies.map((body) => ({ body })) });
  const look = () => gitlabIssuesSource.discover({ state: 'opened' }, aSourceContext({ when: { gitlabIssues: { state: 'opened' } }, ...given('gitlab.com', server.fetch) }), new Date(0));
  return { look, say, requests: server.requests };
}

function aGitea() {
  const server = new GiteaServer({ clock, tokens: { token: 'bot' } });
  const issues: GiteaItem[] = [1, 2, 3].map((number) => ({ number, comments: [{ body: `of ${number}` }] }));
  server.repository('acme/shop', { issues, collaborators: { bot: 'admin' } });
  const say = (number: number, ...bodies: string[]) => void issues.splice(number - 1, 1, { number, comments: bodies.map((body) => ({ body })) });
  const look = () => giteaIssuesSource.discover({ state: 'open' }, aSourceContext({ when: { giteaIssues: { state: 'open' } }, ...given('codeberg.org', server.fetch) }), new Date(0));
  return { look, say, requests: server.requests };
}

test.each([['GitLab', aGitLab], ['Gitea', aGitea]] as const)('%s is asked for the comments of an issue when it has another one, or an hour later', async (_forge, aForge) => {
  const { look, say, requests } = aForge();
  const since = async () => {
    requests.length = 0;
    const found = commentsIn(await look()).toSorted();
    return { comments: found, asked: requests.map(({ url }) => url.pathname.replace(/.*shop\//, '')).toSorted() };
  };
  const comments = (number: number) => expect.stringMatching(new RegExp(`^issues/${number}/(notes|comments)$`)) as string;
  expect(await since()).toEqual({ comments: ['of 1', 'of 2', 'of 3'], asked: ['issues', comments(1), comments(2), comments(3)] });
  expect(await since()).toEqual({ comments: ['of 1', 'of 2', 'of 3'], asked: ['issues'] });

  say(2, 'of 2', 'another');
  expect(await since()).toEqual({ comments: ['of 1', 'of 2\n---\nanother', 'of 3'], asked: ['issues', comments(2)] });
  expect((await since()).asked).toEqual(['issues']);

  say(3, 'edited');
  await clock.advance(60 * MINUTE_MS);
  expect(await since()).toEqual({ comments: ['edited', 'of 1', 'of 2\n---\nanother'], asked: ['issues', comments(1), comments(2), comments(3)] });
});
