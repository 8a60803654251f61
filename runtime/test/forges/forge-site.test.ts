import type { Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { gitea, gitlab } from '../../src/forges/dialect.ts';
import { forgeSite, type Place } from '../../src/forges/forge-site.ts';
import type { SourceError } from '../../src/sources/source.ts';

const where = 'when.gitlabIssues';

function site(repo: string | undefined, place: Partial<Place> = {}, { secret = { GITHUB_TOKEN: 'glpat-1\n' } as Record<string, string> | null, secretRef = true, dialect = gitlab } = {}) {
  const workspace: Workspace | undefined = repo === undefined ? undefined : { metadata: { name: 'shop' }, spec: { repo, ...secretRef && { secretRef: { name: 'bot' } } } };
  return forgeSite(dialect, { where, ...place }, { workspace, readSecret: async () => secret ?? undefined });
}

const shown = async (promise: ReturnType<typeof site>) => {
  const { root, path, owner, name, authorization } = await promise;
  return [root, path, owner, name, authorization];
};
const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('there is a site'), ({ name, message }: SourceError) => `${name}: ${message}`);

test.each<{ it: string; repo: string; place?: Partial<Place>; is: (string | undefined)[] }>([
  { it: 'that of the Workspace', repo: 'https://gitlab.com/acme/shop.git', is: ['https://gitlab.com', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'in groups of groups', repo: 'https://gitlab.com/acme/web/shop', is: ['https://gitlab.com', 'acme/web/shop', 'acme/web', 'shop', 'Bearer glpat-1'] },
  { it: 'on a port', repo: 'https://git.acme.test:8443/acme/shop.git', is: ['https://git.acme.test:8443', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'by HTTP, where the repository is', repo: 'http://git.acme.test/acme/shop.git', is: ['http://git.acme.test', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'of a repository by SSH, by HTTPS', repo: 'git@git.acme.test:acme/shop.git', is: ['https://git.acme.test', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'of one with a port for SSH', repo: 'ssh://git@git.acme.test:2222/acme/shop.git', is: ['https://git.acme.test', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'on the port that is named, of one by SSH', repo: 'git@git.acme.test:acme/shop.git', place: { baseUrl: 'https://git.acme.test:8443/' }, is: ['https://git.acme.test:8443', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'below a path', repo: 'https://acme.test/git/acme/shop.git', place: { baseUrl: 'https://acme.test/git' }, is: ['https://acme.test/git', 'acme/shop', 'acme', 'shop', 'Bearer glpat-1'] },
  { it: 'another project there', repo: 'https://gitlab.com/acme/shop', place: { path: 'acme/bugs' }, is: ['https://gitlab.com', 'acme/bugs', 'acme', 'bugs', 'Bearer glpat-1'] },
  { it: 'another host, as nobody', repo: 'https://gitlab.com/acme/shop', place: { baseUrl: 'https://evil.test', path: 'acme/shop' }, is: ['https://evil.test', 'acme/shop', 'acme', 'shop', undefined] },
  { it: 'another port of the host, as nobody', repo: 'https://gitlab.com/acme/shop', place: { baseUrl: 'https://gitlab.com:8443', path: 'acme/shop' }, is: ['https://gitlab.com:8443', 'acme/shop', 'acme', 'shop', undefined] },
  { it: 'the host by HTTP, as nobody', repo: 'https://gitlab.com/acme/shop', place: { baseUrl: 'http://gitlab.com', path: 'acme/shop' }, is: ['http://gitlab.com', 'acme/shop', 'acme', 'shop', undefined] },
  { it: 'the host of a repository by SSH by HTTP, as nobody', repo: 'git@gitlab.com:acme/shop', place: { baseUrl: 'http://gitlab.com', path: 'acme/shop' }, is: ['http://gitlab.com', 'acme/shop', 'acme', 'shop', undefined] },
])('a trigger looks at $it', async ({ repo, place, is }) => {
  expect(await shown(site(repo, place))).toEqual(is);
});

test('without a Workspace a place that is named is looked at as nobody', async () => {
  expect(await shown(site(undefined, { baseUrl: 'https://codeberg.org', path: 'a/b' }))).toEqual(['https://codeberg.org', 'a/b', 'a', 'b', undefined]);
});

test('a Workspace without a Secret is nobody', async () => {
  expect(await shown(site('https://gitlab.com/a/b', {}, { secretRef: false }))).toEqual(['https://gitlab.com', 'a/b', 'a', 'b', undefined]);
});

test.each([
  [gitlab, { GITHUB_TOKEN: 'x' }, 'Bearer x'],
  [gitlab, { username: 'oauth2', password: 'x' }, 'Bearer x'],
  [gitea, { GITHUB_TOKEN: 'x' }, 'token x'],
  [gitea, { username: 'ann', password: 'x' }, 'Basic YW5uOng='],
])('%o takes %o', async (dialect, secret, authorization) => {
  expect((await site('https://git.acme.test/a/b', {}, { dialect, secret })).authorization).toBe(authorization);
});

test.each<{ it: string; repo?: string; place?: Partial<Place>; secret?: Record<string, string> | null; problem: string }>([
  { it: 'no Workspace', problem: 'SourceError: when.gitlabIssues: there is no GitLab to look at; give the Tasks a Workspace with a repository there, or set baseUrl' },
  { it: 'a repository without a host', repo: 'acme/shop', problem: 'SourceError: when.gitlabIssues: there is no GitLab to look at; give the Tasks a Workspace with a repository there, or set baseUrl' },
  { it: 'another forge without a project', repo: 'https://gitlab.com/a/b', place: { baseUrl: 'https://git.acme.test' }, problem: 'SourceError: when.gitlabIssues: there is no project to look at; name it as group/project, or give the Tasks a Workspace with a repository on git.acme.test' },
  { it: 'a project without a group', repo: 'https://gitlab.com/a/b', place: { path: 'shop' }, problem: 'SourceError: when.gitlabIssues: there is no project to look at, got "shop"; name it as group/project, or give the Tasks a Workspace with a repository on gitlab.com' },
  { it: 'a Secret that is not there', repo: 'https://gitlab.com/a/b', secret: null, problem: 'SourceError: Workspace "shop": there is no Secret "bot"; create it with GITHUB_TOKEN, or username and password' },
  { it: 'a key for SSH alone', repo: 'git@gitlab.com:a/b', secret: { 'ssh-privatekey': 'k', 'known_hosts': 'h' }, problem: 'SourceError: Workspace "shop": Secret "bot" has no token for the API of GitLab; add GITHUB_TOKEN, or username and password' },
])('$it is told with what to do', async ({ repo, place, secret, problem }) => {
  expect(await problemOf(site(repo, place, secret === undefined ? {} : { secret }))).toBe(problem);
});
