import { AGENT_TYPES, type AgentConfig, type TaskSpec, type WorkspaceSpec } from '@taskwright/schema';
import type { PodSpec } from '@taskwright/schema/kubernetes';
import { describe, expect, test } from 'vitest';
import { mergeAgentConfigs } from '../../../src/agent-configs/merge.ts';
import { buildJob } from '../../../src/tasks/pod/job.ts';
import { workerOf } from '../../../src/tasks/worker.ts';
import type { TokenState } from '../../../src/workspaces/installation-tokens.ts';
import { aTask } from '../task-fixtures.ts';
import { violationsOf } from './restricted.ts';

interface Scene {
  readonly spec?: Partial<TaskSpec>;
  readonly workspace?: Partial<WorkspaceSpec>;
  /** The keys of the Secret that the Workspace names. */
  readonly keys?: readonly string[];
  readonly gitToken?: TokenState;
  readonly config?: AgentConfig['spec'] | undefined;
}

function podOf({ spec, workspace, keys = [], gitToken, config }: Scene): PodSpec {
  const task = aTask({ spec });
  const image = { image: 'example.com/image:1' };
  return buildJob({
    task,
    worker: workerOf(task),
    ...(workspace && { workspace: { metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://git.example.com/a/b', secretRef: { name: 'bot' }, ...workspace } } }),
    config: mergeAgentConfigs(config ? [{ metadata: {}, spec: config }] : []),
    read: (_kind, name) => (name === 'bot' ? Object.fromEntries(keys.map((key) => [key, 'x'])) : undefined),
    ...(gitToken && { gitToken }),
    images: { agents: Object.fromEntries(AGENT_TYPES.map((type) => [type, image])), agentTools: image },
  }).job.spec!.template.spec!;
}

/** How git authenticates, in the container that clones and in that of the agent. */
function gitOf(scene: Scene) {
  const { initContainers = [], containers, volumes = [] } = podOf({ workspace: {}, ...scene });
  const isGit = ({ name }: { name: string }) => /^(?:GH_|GITHUB_|GIT_|KELOS_GITHUB|TASKWRIGHT_GIT)/.test(name);
  const [prepare, agent] = [...initContainers, ...containers].map(({ env = [] }) => env.filter(isGit).map(({ name, value, valueFrom }) => (valueFrom ? `${name} from ${valueFrom.secretKeyRef!.name} ${valueFrom.secretKeyRef!.key}` : `${name}=${value}`)));
  return { prepare, agent, secrets: volumes.flatMap(({ secret }) => (secret ? [{ name: secret.secretName, keys: secret.items!.map(({ key, path }) => `${key} as ${path}`) }] : [])) };
}

const ssh = 'GIT_SSH_COMMAND=ssh -i /kelos/git-ssh/ssh-privatekey -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/kelos/git-ssh/known_hosts';
const file = 'KELOS_GITHUB_TOKEN_FILE=/kelos/github-token/GITHUB_TOKEN';

describe('git authenticates', () => {
  test('with a token, and the name that the Secret has for it', () => {
    const own = ['GH_HOST=git.example.com', 'GITHUB_TOKEN from bot GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN from bot GITHUB_TOKEN', file];
    expect(gitOf({ keys: ['GITHUB_TOKEN', 'username'] })).toEqual({
      prepare: [...own, 'TASKWRIGHT_GIT_USERNAME from bot username'],
      agent: ['GH_HOST=git.example.com', 'GITHUB_TOKEN from bot GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN from bot GITHUB_TOKEN', 'GH_CONFIG_DIR=/workspace/.gh-config', file],
      secrets: [{ name: 'bot', keys: ['GITHUB_TOKEN as GITHUB_TOKEN'] }],
    });
  });

  test('with a password, which nobody takes for a token of GitHub', () => {
    expect(gitOf({ keys: ['username', 'password'] })).toEqual({
      prepare: ['GH_HOST=git.example.com', file, 'TASKWRIGHT_GIT_USERNAME from bot username'],
      agent: ['GH_HOST=git.example.com', 'GH_CONFIG_DIR=/workspace/.gh-config', file],
      secrets: [{ name: 'bot', keys: ['password as GITHUB_TOKEN'] }],
    });
  });

  test('with a key, to hosts that are known', () => {
    expect(gitOf({ workspace: { repo: 'git@git.example.com:a/b' }, keys: ['ssh-privatekey', 'known_hosts'] })).toEqual({
      prepare: ['GH_HOST=git.example.com', ssh],
      agent: ['GH_HOST=git.example.com', ssh],
      secrets: [{ name: 'bot', keys: ['ssh-privatekey as ssh-privatekey', 'known_hosts as known_hosts'] }],
    });
  });

  test('with a key for git and a token for the API', () => {
    const { agent } = gitOf({ workspace: { repo: 'git@github.com:a/b' }, keys: ['ssh-privatekey', 'known_hosts', 'GITHUB_TOKEN'] });
    expect(agent).toEqual(['GITHUB_TOKEN from bot GITHUB_TOKEN', 'GH_TOKEN from bot GITHUB_TOKEN', 'GH_CONFIG_DIR=/workspace/.gh-config', file, ssh]);
  });

  test('with the token of a GitHub App, and never with its key', () => {
    const gitToken: TokenState = { is: 'ready', token: 'ghs_x', expiresAt: new Date('2026-01-01T01:00:00Z') };
    const { agent, secrets } = gitOf({ keys: ['appID', 'installationID', 'privateKey', 'GITHUB_TOKEN', 'username'], gitToken });
    expect(agent).toContain('GITHUB_TOKEN from fix-github-token GITHUB_TOKEN');
    expect(secrets).toEqual([{ name: 'fix-github-token', keys: ['GITHUB_TOKEN as GITHUB_TOKEN'] }]);
  });
});

describe('every Pod meets the Pod Security level restricted', () => {
  const secrets = [[], ['GITHUB_TOKEN'], ['username', 'password'], ['ssh-privatekey', 'known_hosts']];
  const configs: (AgentConfig['spec'] | undefined)[] = [
    undefined,
    { agentsMD: 'Be kind', plugins: [{ name: 'house', skills: [{ name: 'release', content: '# Release' }] }], skills: [{ source: 'acme/skills' }], mcpServers: [{ name: 'docs', type: 'http', url: 'https://docs.example.com' }] },
  ];
  test.each(AGENT_TYPES)('of %s', (type) => {
    const scenes = configs.flatMap((config) => ['Fix it', 'x'.repeat(200_000)].flatMap((prompt) => [
      { spec: { type, prompt }, config },
      ...secrets.map((keys) => ({ spec: { type, prompt }, config, keys, workspace: { files: [{ path: 'a', content: 'x'.repeat(100_000) }], setupCommand: ['true'] } })),
    ]));
    const pods = scenes.map(podOf);
    expect(pods.length).toBe(20);
    expect(pods.flatMap(violationsOf)).toEqual([]);
    expect(pods.filter((pod) => pod.automountServiceAccountToken !== false)).toEqual([]);
  });

  test('but for what podOverrides changes, which is named', () => {
    const spec: Partial<TaskSpec> = {
      podOverrides: {
        extraContainers: [{ name: 'postgres', image: 'postgres' }],
        containerSecurityContext: { privileged: true, runAsUser: 0 },
        volumes: [{ name: 'host', hostPath: { path: '/' } }],
      },
    };
    expect(violationsOf(podOf({ spec }))).toEqual([
      'volume host',
      ...['privileged', 'allowPrivilegeEscalation', 'capabilities.drop', 'runAsNonRoot', 'runAsUser'].map((violation) => `kelos-agent: ${violation}`),
      ...['allowPrivilegeEscalation', 'capabilities.drop', 'runAsNonRoot'].map((violation) => `postgres: ${violation}`),
    ]);
  });
});

test('the agent program is told which variables and files are secrets', () => {
  const variable = (name: string, valueFrom?: object) => ({ name, ...(valueFrom ? { valueFrom } : { value: 'x' }) });
  const podOverrides = {
    env: [variable('PLAIN'), variable('DATABASE_URL', { secretKeyRef: { name: 'db', key: 'url' } }), variable('REGION', { configMapKeyRef: { name: 'site', key: 'region' } }), variable('NPM', { secretKeyRef: { name: 'npm', key: 'rc' } })],
    volumes: [
      { name: 'tls', secret: { secretName: 'tls' } }, { name: 'site', configMap: { name: 'site' } },
      { name: 'both', projected: { sources: [{ configMap: { name: 'site' } }, { secret: { name: 'tls' } }] } },
    ],
    volumeMounts: [{ name: 'tls', mountPath: '/etc/tls' }, { name: 'site', mountPath: '/etc/site' }, { name: 'both', mountPath: '/etc/both' }],
  };
  const told = (scene: Scene) => podOf(scene).containers[0]!.env!.filter(({ name }) => name.startsWith('TASKWRIGHT_SECRET_'));
  expect(told({ spec: { podOverrides }, workspace: {}, keys: ['ssh-privatekey', 'known_hosts'] })).toEqual([
    { name: 'TASKWRIGHT_SECRET_VARIABLES', value: 'DATABASE_URL,NPM' },
    { name: 'TASKWRIGHT_SECRET_PATHS', value: '/kelos/git-ssh/ssh-privatekey:/etc/tls:/etc/both' },
  ]);
  expect(told({ workspace: {}, keys: ['GITHUB_TOKEN'] })).toEqual([]);
});
