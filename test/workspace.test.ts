import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Secret } from 'cdk8s-plus-34';
import { GitCredentials, SecretRef, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const repo = 'https://github.com/acme/shop.git';

describe('a Workspace', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth((chart) => new Workspace(chart, 'shop', { repo }), [
      { apiVersion: 'kelos.dev/v1alpha2', kind: 'Workspace', metadata: { name: 'fleet-shop-c8fdb6d0' }, spec: { repo } },
    ]);
  });

  test('is rendered with everything that can be asked for', () => {
    expectSynth((chart) => {
      const workspace = new Workspace(chart, 'shop', {
        metadata: { name: 'shop' },
        repo,
        ref: 'v2',
        credentials: GitCredentials.githubApp(SecretRef.fromName('bot')),
        remotes: { upstream: 'git@github.com:acme/upstream.git' },
        files: { '.npmrc': 'save-exact=true' },
        setupCommand: ['npm', 'ci'],
        ghproxy: true,
      });
      workspace.addRemote('mirror', 'https://git.example.com/shop.git');
      workspace.addFile('docs/AGENTS.md', '');
    }, [
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'Workspace',
        metadata: { name: 'shop' },
        spec: {
          repo,
          ref: 'v2',
          secretRef: { name: 'bot' },
          remotes: [{ name: 'upstream', url: 'git@github.com:acme/upstream.git' }, { name: 'mirror', url: 'https://git.example.com/shop.git' }],
          files: [{ path: '.npmrc', content: 'save-exact=true' }, { path: 'docs/AGENTS.md', content: '' }],
          setupCommand: ['npm', 'ci'],
          ghproxy: {},
        },
      },
    ]);
  });

  test('says what is wrong with its URLs, remotes and files', () => {
    expectSynth((chart) => {
      new Workspace(chart, 'shop', {
        repo: 'https://bot:hunter2@github.com/acme/shop.git',
        remotes: { origin: repo, upstream: 'https://github.com' },
        files: { '/etc/passwd': '', '../up': '', 'a/../b': '', 'b': '', 'c\\d': '', '.': '' },
      });
    }, {
      refused: [
        '[fleet/shop] repo: carries credentials in the URL, got "https://***@github.com/acme/shop.git"; take them out and pass credentials: GitCredentials.token(secret)',
        '[fleet/shop] remotes.upstream: is not a usable URL, got "https://github.com"; it has to look like https://host/owner/repo.git, http://…, git://… or git@host:owner/repo.git',
        '[fleet/shop] remotes: is a reserved name, got "origin"; origin is the repository itself; rename the remote',
        '[fleet/shop] files: is not a path inside the repository, got "/etc/passwd"; it has to be relative to the root of the repository',
        '[fleet/shop] files: is not a path inside the repository, got "../up"; it must not leave the repository',
        '[fleet/shop] files: is not a path inside the repository, got "c\\\\d"; it has to use forward slashes',
        '[fleet/shop] files: is not a path inside the repository, got "."; it has to name a file',
        '[fleet/shop] files: is written twice, got "b"; keep one of them',
      ],
    });
  });

  test('knows the keys of its credentials', () => {
    expectSynth((chart) => {
      const bot = new Secret(chart, 'bot', { metadata: { name: 'bot' }, stringData: { appID: '1', privateKey: 'PEM' } });
      new Workspace(chart, 'shop', { repo, credentials: GitCredentials.githubApp(bot) });
      new Workspace(chart, 'store', { repo, credentials: GitCredentials.token(SecretRef.fromName('other', { keys: ['token'] })) });
    }, {
      refused: [
        '[fleet/shop] credentials: names a Secret without the key that is read from it, got "bot" with only appID, privateKey; the Workspace reads appID, installationID, privateKey; rename the key, or pass another Secret than bot',
        '[fleet/store] credentials: names a Secret without the key that is read from it, got "other" with only token; the Workspace reads GITHUB_TOKEN; rename the key, or pass another Secret than other',
      ],
    });
  });

  test('says in annotations what the kind has no field for', () => {
    const chart = new Chart(new App(), 'fleet');
    const credentials = GitCredentials.githubApp(SecretRef.fromName('bot'), { repositories: ['assets', 'fonts'] });
    new Workspace(chart, 'shop', { metadata: { name: 'shop', annotations: { team: 'a' } }, repo, submodules: true, cloneCache: 'mirrors', credentials });
    expect(chart.toJson()[0].metadata).toMatchObject({ name: 'shop', annotations: { 'taskwright.dev/submodules': 'true', 'taskwright.dev/clone-cache': 'mirrors', 'taskwright.dev/github-repositories': 'assets,fonts', team: 'a' } });
  });

  test('checks the name of its cache', () => {
    expectSynth((chart) => new Workspace(chart, 'shop', { repo, cloneCache: 'Mirrors' }), {
      refused: ['[fleet/shop] cloneCache: is not a usable name, got "Mirrors"; it has to be of lower-case letters, digits, - and ., beginning and ending with a letter or digit'],
    });
  });

  test('authenticates with a key or a password, too', () => {
    expectSynth((chart) => {
      new Workspace(chart, 'shop', { repo, credentials: GitCredentials.sshKey(SecretRef.fromName('ssh', { keys: ['ssh-privatekey'] })) });
      new Workspace(chart, 'store', { repo, credentials: GitCredentials.basicAuth(SecretRef.fromName('basic', { keys: ['username', 'password'] })) });
    }, {
      refused: ['[fleet/shop] credentials: names a Secret without the key that is read from it, got "ssh" with only ssh-privatekey; the Workspace reads ssh-privatekey, known_hosts; rename the key, or pass another Secret than ssh'],
    });
  });

  test('adds a remote or a file once', () => {
    const workspace = new Workspace(new Chart(new App(), 'fleet'), 'shop', { repo, remotes: { upstream: repo }, files: { a: '' } });
    expect(() => workspace.addRemote('upstream', repo)).toThrow(`remote "upstream" is already set to "${repo}"`);
    expect(() => workspace.addFile('a', '')).toThrow('file "a" is already there');
  });

  test('keeps an unknown field that a JSON patch adds', () => {
    const chart = new Chart(new App(), 'fleet');
    ApiObject.of(new Workspace(chart, 'shop', { repo })).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', true));
    expect(chart.toJson()[0].spec).toEqual({ repo, fromTheFuture: true });
  });

  test('is in the namespace of its chart, or of its own metadata', () => {
    const chart = new Chart(new App(), 'fleet', { namespace: 'agents' });
    expect(new Workspace(chart, 'a', { repo }).namespace).toBe('agents');
    expect(new Workspace(chart, 'b', { repo, metadata: { namespace: 'shop' } }).namespace).toBe('shop');
  });
});
