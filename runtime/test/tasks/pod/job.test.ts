import type { AgentConfig, PodOverrides, Task, TaskSpec, Workspace, WorkspaceSpec } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { mergeAgentConfigs } from '../../../src/agent-configs/merge.ts';
import type { ReadData } from '../../../src/agent-configs/referenced-data.ts';
import { buildJob } from '../../../src/tasks/pod/job.ts';
import { workerOf } from '../../../src/tasks/worker.ts';
import { images } from '../task-fixtures.ts';

interface Scene {
  spec?: Partial<TaskSpec>;
  overrides?: PodOverrides;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  workspace?: WorkspaceSpec;
  config?: AgentConfig['spec'];
  read?: ReadData;
  /** What the annotation of the Workspace names, and whether it exists. */
  cache?: { claim: string; exists: boolean };
}

const readToken: ReadData = (_kind, name) => (name === 'gh' ? { GITHUB_TOKEN: 'x' } : undefined);

function build({ spec, overrides, labels, annotations, workspace, config, read = readToken, cache }: Scene = {}) {
  const task: Task = {
    metadata: { name: 'fix-42', namespace: 'dev', uid: 'task-uid', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    spec: { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'ant' } }, prompt: 'Fix it', ...(overrides ? { podOverrides: overrides } : {}), ...spec },
  };
  const workspaceObject: Workspace | undefined = workspace && { metadata: { name: 'shop', namespace: 'dev', ...(cache && { annotations: { 'taskwright.dev/clone-cache': cache.claim } }) }, spec: workspace };
  return buildJob({ task, worker: workerOf(task), workspace: workspaceObject, config: mergeAgentConfigs(config ? [{ metadata: {}, spec: config }] : []), read, images, ...(cache?.exists && { cloneCache: cache.claim }) });
}

function podOf(scene?: Scene) {
  return build(scene).job.spec!.template.spec!;
}

function agentOf(scene?: Scene) {
  return podOf(scene).containers[0]!;
}

const yaml = (object: object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });

const envNames = (scene?: Scene) => agentOf(scene).env!.map(({ name }) => name);

/** The worked example of the reference: a bit of everything. */
const everything: Scene = {
  spec: {
    type: undefined,
    credentials: undefined,
    branch: 'fix/42',
    worker: { type: 'claude-code', model: 'opus', credentials: { type: 'api-key', secretRef: { name: 'ant' } }, workspaceRef: { name: 'shop' } },
  },
  workspace: {
    repo: 'https://github.com/acme/shop.git',
    ref: 'main',
    secretRef: { name: 'gh' },
    remotes: [{ name: 'fork', url: 'https://github.com/bot/shop.git' }],
    files: [{ path: '.claude/notes.md', content: 'Be brief.\n' }],
    setupCommand: ['npm', 'ci'],
  },
  config: {
    agentsMD: 'Write tests.',
    plugins: [{ name: 'tools', skills: [{ name: 'deploy', content: '# Deploy' }] }],
    skills: [{ source: 'acme/skills', skill: 'review', secretRef: { name: 'skills' } }],
    mcpServers: [{ name: 'gh', type: 'http', url: 'https://mcp.acme.io', headersFrom: { secretRef: { name: 'mcp' } } }],
  },
  read: (kind, name) => (name === 'mcp' ? { Authorization: 'Bearer t0ken' } : readToken(kind, name)),
};

test('a Task with a bit of everything gives these objects', async () => {
  const { configMaps, secrets, job } = build(everything);
  await expect([...configMaps, ...secrets, job].map(yaml).join('---\n')).toMatchFileSnapshot('./golden/everything.yaml');
});

test('a custom agent without a workspace gives this Job', async () => {
  const { job } = build({ spec: { image: 'registry.acme.io/bot:1', credentials: { type: 'none' } } });
  await expect(yaml(job)).toMatchFileSnapshot('./golden/custom-image.yaml');
});

test('no value of a Secret reaches the Pod', () => {
  expect(JSON.stringify(build(everything).job)).not.toContain('t0ken');
});

describe('environment', () => {
  test.each<{ it: string; scene: Scene; env: string[] }>([
    { it: 'three variables for a model and a key', scene: { spec: { model: 'opus' } }, env: ['KELOS_MODEL', 'KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY'] },
    { it: 'two for OAuth alone', scene: { spec: { credentials: { type: 'oauth', secretRef: { name: 'a' } } } }, env: ['KELOS_AGENT_TYPE', 'CLAUDE_CODE_OAUTH_TOKEN'] },
    { it: 'one without credentials', scene: { spec: { credentials: { type: 'none', secretRef: { name: 'a' } } } }, env: ['KELOS_AGENT_TYPE'] },
    { it: 'effort, branch and spawner', scene: { spec: { effort: 'high', branch: 'b' }, labels: { 'kelos.dev/taskspawner': 's' } }, env: ['KELOS_EFFORT', 'KELOS_BRANCH', 'KELOS_AGENT_TYPE', 'KELOS_TASKSPAWNER', 'ANTHROPIC_API_KEY'] },
    { it: 'a public repository', scene: { workspace: { repo: 'https://github.com/a/b', ref: 'main' } }, env: ['KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY', 'KELOS_BASE_BRANCH'] },
    {
      it: 'a token for github.com',
      scene: { workspace: { repo: 'https://github.com/a/b', secretRef: { name: 'gh' } } },
      env: ['KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY', 'GITHUB_TOKEN', 'GH_TOKEN', 'GH_CONFIG_DIR', 'KELOS_GITHUB_TOKEN_FILE'],
    },
    {
      it: 'a token for another host',
      scene: { workspace: { repo: 'https://ghe.acme.io/a/b', secretRef: { name: 'gh' } } },
      env: ['KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY', 'GH_HOST', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GH_CONFIG_DIR', 'KELOS_GITHUB_TOKEN_FILE'],
    },
    { it: 'the upstream of a fork', scene: { spec: { upstreamRepo: 'a/b' }, workspace: { repo: 'https://github.com/me/b' } }, env: ['KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY', 'KELOS_UPSTREAM_REPO'] },
    { it: 'no upstream without a workspace', scene: { spec: { upstreamRepo: 'a/b' } }, env: ['KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY'] },
  ])('holds $it', ({ scene, env }) => {
    expect(envNames(scene)).toEqual([...env, 'TASKWRIGHT_RESULT_FILE']);
  });

  test('a remote called upstream names the upstream, dots and groups and all', () => {
    const scene: Scene = { workspace: { repo: 'https://github.com/me/b', remotes: [{ name: 'upstream', url: 'git@gitlab.com:group/sub/next.js.git' }] } };
    expect(agentOf(scene).env).toContainEqual({ name: 'KELOS_UPSTREAM_REPO', value: 'group/sub/next.js' });
  });

  test.each(['api-key', 'oauth'] as const)('every agent type has its variable for %s', (type) => {
    const variables = (['codex', 'gemini', 'opencode', 'cursor'] as const).map(
      (agent) => envNames({ spec: { type: agent, image: 'i', credentials: { type, secretRef: { name: 's' } } } })[1],
    );
    expect(variables).toEqual([type === 'oauth' ? 'CODEX_AUTH_JSON' : 'CODEX_API_KEY', 'GEMINI_API_KEY', 'OPENCODE_API_KEY', 'CURSOR_API_KEY']);
  });

  test('variables of the user come last, and never in the place of ours', () => {
    const env = ['FOO', 'KELOS_AGENT_TYPE', 'ANTHROPIC_API_KEY', 'KELOS_SETUP_COMMAND', 'KELOS_SESSION_SETUP_ONLY', 'TASKWRIGHT_RESULT_FILE', 'TASKWRIGHT_OUTPUT_FILE', 'TASKWRIGHT_OUTPUT_SCHEMA_FILE', 'KELOS_MODEL'].map((name) => ({ name, value: 'mine' }));
    const mine = agentOf({ overrides: { env } }).env!.filter(({ value }) => value === 'mine');
    expect(mine.map(({ name }) => name)).toEqual(['FOO', 'KELOS_MODEL']);
  });

  test('instructions that no process could be started with are refused', () => {
    expect(() => build({ config: { agentsMD: 'x'.repeat(130_049) } })).toThrow('agentsMD is 130049 bytes, exceeding the 130048 bytes an environment variable can carry; shorten it');
  });
});

describe('a Task that declares outputs', () => {
  const schema = '{"type":"object","properties":{"risky":{"description":"$(PATH)"}}}';
  const annotations = { 'taskwright.dev/output-schema': schema, 'taskwright.dev/retry-limit': '1' };

  test('finds their schema in a file of the Pod, and a place for them that is not the clone', () => {
    const { job, configMaps } = build({ annotations, workspace: { repo: 'https://github.com/a/b' } });
    const { metadata, spec } = job.spec!.template;
    expect([configMaps, metadata!.annotations]).toEqual([[], { 'taskwright.dev/output-schema': schema }]);
    expect(spec!.volumes).toEqual([
      { name: 'workspace', emptyDir: {} },
      { name: 'kelos-output-schema', downwardAPI: { items: [{ path: 'schema.json', fieldRef: { fieldPath: "metadata.annotations['taskwright.dev/output-schema']" } }] } },
      { name: 'kelos-outputs', emptyDir: {} },
    ]);
    expect([spec!.containers[0]!, spec!.initContainers![0]!].map(({ volumeMounts }) => volumeMounts)).toEqual([
      [{ name: 'workspace', mountPath: '/workspace' }, { name: 'kelos-output-schema', mountPath: '/kelos/output-schema', readOnly: true }, { name: 'kelos-outputs', mountPath: '/kelos/outputs' }],
      [{ name: 'workspace', mountPath: '/workspace' }],
    ]);
    expect(spec!.containers[0]!.env!.slice(-3)).toEqual([
      { name: 'TASKWRIGHT_RESULT_FILE', value: '/dev/termination-log' }, { name: 'TASKWRIGHT_OUTPUT_FILE', value: '/kelos/outputs/outputs.json' }, { name: 'TASKWRIGHT_OUTPUT_SCHEMA_FILE', value: '/kelos/output-schema/schema.json' },
    ]);
  });

  const over = { action: 'FailJob' as const, onExitCodes: { containerName: 'kelos-agent', operator: 'In' as const, values: [65] } };
  const ignore = { action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
  test.each([
    [[], [over]],
    [[ignore], [ignore, over]],
    [Array.from({ length: 19 }, () => ignore), [...Array.from({ length: 19 }, () => ignore), over]],
  ])('is not run again for outputs that were refused, unless its author says so: %j', (rules, all) => {
    expect(build({ annotations, spec: { podFailurePolicy: { rules } } }).job.spec!.podFailurePolicy).toEqual({ rules: all });
  });

  test('leaves room for the rule by which it is not run again', () => {
    const rules = Array.from({ length: 21 }, () => ignore);
    const message = 'podFailurePolicy.rules: too many, got 21; Kubernetes takes 20, and a Task that declares outputs needs one of them; leave 2 out';
    expect(() => build({ annotations, spec: { podFailurePolicy: { rules } } })).toThrow(message);
    // Without outputs it is Kubernetes that says so.
    expect(build({ spec: { podFailurePolicy: { rules } } }).job.spec!.podFailurePolicy).toEqual({ rules });
  });
});

test('text from strangers cannot name a variable of the Pod', () => {
  const prompt = 'costs $5, $$ or $(ANTHROPIC_API_KEY), $$(X)';
  const agent = agentOf({ spec: { prompt }, config: { agentsMD: '$(KELOS_AGENT_TYPE)' } });
  expect(agent.args).toEqual(['costs $5, $$$ or $$(ANTHROPIC_API_KEY), $$$$(X)']);
  expect(agent.env).toContainEqual({ name: 'KELOS_AGENTS_MD', value: '$$(KELOS_AGENT_TYPE)' });
});

test('no field of a Task or Workspace is expanded in the Pod, whichever one holds the name of a variable', () => {
  const name = '$(ANTHROPIC_API_KEY)';
  const { containers, initContainers = [] } = podOf({
    spec: { prompt: name, branch: name, model: name, effort: name, upstreamRepo: name },
    labels: { 'kelos.dev/taskspawner': name },
    workspace: { repo: `https://${name}/acme/shop`, ref: name, secretRef: { name: 'gh' }, setupCommand: [name], remotes: [{ name, url: name }], files: [{ path: name, content: name }] },
    config: { agentsMD: name, skills: [{ source: name, skill: name }] },
  });
  const texts = [...initContainers, ...containers].flatMap(({ command = [], args = [], env = [] }) => [...command, ...args, ...env.map(({ value = '' }) => value)]);
  const expansions = texts.filter((text) => text.replaceAll('$$', '').includes('$('));
  expect([texts.filter((text) => /anthropic_api_key/i.test(text)).length, expansions]).toEqual([13, []]);
});

test('a repository whose URL is not well encoded is built all the same', () => {
  expect(envNames({ workspace: { repo: 'https://git.example.com/acme/50%' } })).toContain('GH_HOST');
});

describe('image and command', () => {
  const entrypoint = ['/kelos_entrypoint.sh'];
  const tini = ['/usr/bin/tini', '-g', '--', ...entrypoint];
  test.each([
    { it: 'the image of the type', image: undefined, configured: 'ghcr.io/taskwright/claude-code:1', command: tini },
    { it: 'a mirror', image: undefined, configured: 'mirror.acme.io/taskwright/claude-code:1', command: entrypoint },
    { it: 'an image of the reference', image: undefined, configured: 'ghcr.io/kelos-dev/claude-code:latest', command: tini },
    { it: 'an image of the reference by digest', image: undefined, configured: 'ghcr.io/kelos-dev/claude-code@sha256:0', command: tini },
    { it: 'one that only begins like it', image: undefined, configured: 'ghcr.io/kelos-dev/claude-code-mirror', command: entrypoint },
    { it: 'an override, whatever it is', image: 'ghcr.io/kelos-dev/claude-code', configured: 'ghcr.io/kelos-dev/claude-code', command: entrypoint },
  ])('$it', ({ image, configured, command }) => {
    const task: Task = { metadata: { name: 't', namespace: 'dev', uid: 'u' }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'p', ...(image ? { image } : {}) } };
    const facts = { task, worker: workerOf(task), config: mergeAgentConfigs([]), read: () => undefined };
    const { containers } = buildJob({ ...facts, images: { ...images, agents: { 'claude-code': { image: configured } } } }).job.spec!.template.spec!;
    expect({ image: containers[0]!.image, command: containers[0]!.command }).toEqual({ image: image ?? configured, command });
  });

  test('a type without an image is refused', () => {
    expect(() => build({ spec: { type: 'codex' } })).toThrow('unsupported agent type: codex');
  });
});

describe('inputs', () => {
  test('a long prompt is a file, and the argument is empty', () => {
    const prompt = 'x'.repeat(96 * 1024 + 1);
    const { configMaps, job } = build({ spec: { prompt } });
    const { volumes, containers } = job.spec!.template.spec!;
    expect(configMaps.map(({ metadata, data }) => [metadata!.name, data])).toEqual([['fix-42-inputs', { prompt }]]);
    expect(volumes).toEqual([{ name: 'kelos-inputs', configMap: { name: 'fix-42-inputs' } }]);
    expect(containers[0]!.args).toEqual(['']);
    expect(containers[0]!.env).toContainEqual({ name: 'TASKWRIGHT_PROMPT_FILE', value: '/kelos/inputs/prompt' });
    expect(containers[0]!.volumeMounts).toEqual([{ name: 'kelos-inputs', mountPath: '/kelos/inputs', readOnly: true }]);
  });

  test('the longest prompt that is an argument makes no file', () => {
    const { configMaps, job } = build({ spec: { prompt: 'x'.repeat(96 * 1024) } });
    expect([configMaps, job.spec!.template.spec!.volumes]).toEqual([[], undefined]);
  });

  test('a long preparation is a file of the container that prepares, and of no other', () => {
    const pod = podOf({ workspace: { repo: 'https://github.com/a/b', files: [{ path: 'f', content: 'x'.repeat(64 * 1024) }] } });
    expect(pod.initContainers![0]!.env![0]).toEqual({ name: 'TASKWRIGHT_WORKSPACE_FILE', value: '/kelos/inputs/workspace.json' });
    expect([pod.initContainers![0]!, pod.containers[0]!].map(({ volumeMounts }) => volumeMounts!.some(({ name }) => name === 'kelos-inputs'))).toEqual([true, false]);
  });

  test('what fits no ConfigMap is refused', () => {
    expect(() => build({ spec: { prompt: 'x'.repeat(1_024_001) } })).toThrow('prompt and workspace files total 1024001 bytes, exceeding the 1024000 byte ConfigMap budget');
  });
});

describe('security', () => {
  const restricted = { runAsNonRoot: true, runAsUser: 61100, runAsGroup: 61100, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };
  const workspace = { repo: 'https://github.com/a/b' };

  test('both containers of ours meet the level "restricted", and see no token of the API', () => {
    const pod = podOf({ workspace });
    expect([pod.initContainers![0]!.securityContext, pod.containers[0]!.securityContext]).toEqual([restricted, restricted]);
    expect([pod.securityContext, pod.automountServiceAccountToken]).toEqual([{ fsGroup: 61100, seccompProfile: { type: 'RuntimeDefault' } }, false]);
  });

  test('an extra container keeps what its author gave it', () => {
    const postgres = { name: 'postgres', image: 'postgres:17' };
    expect(podOf({ overrides: { extraContainers: [postgres] } }).containers[1]).toEqual(postgres);
  });

  test('a service account brings its token', () => {
    const pod = podOf({ overrides: { serviceAccountName: 'deployer' } });
    expect([pod.serviceAccountName, pod.automountServiceAccountToken]).toEqual(['deployer', undefined]);
  });

  test('the context of the Pod replaces the default, but for fsGroup where a workspace needs it', () => {
    const overrides = { podSecurityContext: { runAsUser: 1000 } };
    expect(podOf({ overrides, workspace }).securityContext).toEqual({ fsGroup: 61100, runAsUser: 1000 });
    expect(podOf({ overrides }).securityContext).toEqual({ runAsUser: 1000 });
    expect(podOf({ overrides: { podSecurityContext: { fsGroup: 7 } }, workspace }).securityContext).toEqual({ fsGroup: 7 });
  });

  test('what the Pod decides, the agent does not decide again', () => {
    const { runAsUser: _runAsUser, ...rest } = restricted;
    expect(agentOf({ overrides: { podSecurityContext: { runAsUser: 1000 } } }).securityContext).toEqual(rest);
  });

  test('the context of the container replaces the whole', () => {
    expect(agentOf({ overrides: { containerSecurityContext: { privileged: true } } }).securityContext).toEqual({ privileged: true });
  });
});

describe('the clone cache', () => {
  const workspace = { repo: 'https://github.com/a/b' };
  const cache = { claim: 'mirrors', exists: true };

  test('is mounted where the clone is prepared, and nowhere else', () => {
    const [without, cached] = [podOf({ workspace }), podOf({ workspace, cache })];
    const [prepare] = cached.initContainers!;
    expect(cached).toEqual({
      ...without,
      securityContext: { ...without.securityContext, fsGroupChangePolicy: 'OnRootMismatch' },
      volumes: [...without.volumes!, { name: 'kelos-clone-cache', persistentVolumeClaim: { claimName: 'mirrors' } }],
      initContainers: [{
        ...without.initContainers![0]!,
        env: [...without.initContainers![0]!.env!, { name: 'TASKWRIGHT_CLONE_CACHE_DIR', value: '/kelos/clone-cache' }],
        volumeMounts: [...prepare!.volumeMounts!.slice(0, -1), { name: 'kelos-clone-cache', mountPath: '/kelos/clone-cache' }],
      }],
    });
  });

  test('is left out when its claim does not exist: the Pod would wait for ever', () => {
    expect(podOf({ workspace, cache: { ...cache, exists: false } })).toEqual(podOf({ workspace }));
  });

  const mount = { name: 'kelos-clone-cache', mountPath: '/cache' };
  test.each<{ it: string; overrides: PodOverrides; message: string }>([
    {
      it: 'as a volume of the user', overrides: { volumes: [{ name: 'mine', persistentVolumeClaim: { claimName: 'mirrors' } }] },
      message: 'podOverrides.volumes: volume "mine" is PersistentVolumeClaim "mirrors", the clone cache of the Workspace, which only what prepares a clone may see; use another claim',
    },
    ...[{ volumeMounts: [mount] }, { extraContainers: [{ name: 'a', image: 'i', volumeMounts: [mount] }] }, { extraInitContainers: [{ name: 'a', image: 'i', volumeMounts: [mount] }] }].map((overrides) => ({
      it: `by ${Object.keys(overrides)[0]}`, overrides,
      message: 'podOverrides: volume "kelos-clone-cache" is mounted, the clone cache of the Workspace, which only what prepares a clone may see; remove the mount',
    })),
  ])('reaches no agent $it', ({ overrides, message }) => {
    expect(() => build({ workspace, cache, overrides })).toThrow(message);
  });
});

describe('podOverrides', () => {
  test('reach the Job and its Pod, and our labels win', () => {
    const { job } = build({
      overrides: {
        labels: { team: 'core', 'kelos.dev/task': 'stolen' },
        activeDeadlineSeconds: 600,
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ operator: 'Exists' }],
        imagePullSecrets: [{ name: 'pull' }],
        resources: { limits: { memory: '1Gi' } },
        volumes: [{ name: 'cache', emptyDir: {} }],
        volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
        extraInitContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }],
      },
    });
    const pod = job.spec!.template.spec!;
    expect(job.metadata!.labels).toEqual({ team: 'core', 'kelos.dev/name': 'kelos', 'kelos.dev/component': 'task', 'kelos.dev/managed-by': 'kelos-controller', 'kelos.dev/task': 'fix-42' });
    expect(job.spec!.template.metadata!.labels).toEqual(job.metadata!.labels);
    expect(job.spec!.activeDeadlineSeconds).toBe(600);
    expect(pod).toMatchObject({ nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }], imagePullSecrets: [{ name: 'pull' }] });
    expect([pod.volumes, pod.initContainers!.map(({ name }) => name)]).toEqual([[{ name: 'cache', emptyDir: {} }], ['proxy']]);
    expect([pod.containers[0]!.volumeMounts, pod.containers[0]!.resources]).toEqual([[{ name: 'cache', mountPath: '/cache' }], { limits: { memory: '1Gi' } }]);
  });

  const container = (name: string) => ({ name, image: 'i' });
  test.each<{ overrides: PodOverrides; error: string }>([
    { overrides: { volumes: [{ name: 'kelos-x' }] }, error: 'podOverrides.volumes: volume name "kelos-x" uses the reserved prefix "kelos-"' },
    { overrides: { volumes: [{ name: 'workspace' }] }, error: 'podOverrides.volumes: volume name "workspace" is reserved' },
    { overrides: { volumes: [{ name: 'a' }, { name: 'a' }] }, error: 'podOverrides.volumes: duplicate volume name "a"' },
    { overrides: { extraContainers: [container('kelos-x')] }, error: 'podOverrides: container name "kelos-x" uses the reserved prefix "kelos-"' },
    { overrides: { extraInitContainers: [container('git-clone')] }, error: 'podOverrides: container name "git-clone" is reserved' },
    { overrides: { extraContainers: [container('a'), container('a')] }, error: 'podOverrides: duplicate container name "a" in extraContainers' },
    { overrides: { extraContainers: [container('a')], extraInitContainers: [container('a')] }, error: 'podOverrides: container name "a" appears in both extraContainers and extraInitContainers' },
  ])('refuses: $error', ({ overrides, error }) => {
    expect(() => build({ overrides })).toThrow(error);
  });

  test('the word for an agent is free for a container of the user', () => {
    expect(() => build({ overrides: { extraContainers: [container('claude-code')] } })).not.toThrow();
  });
});

test('a rule for pod failures is copied, but for FailIndex', () => {
  const rule = { action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
  expect(build({ spec: { podFailurePolicy: { rules: [rule] } } }).job.spec!.podFailurePolicy).toEqual({ rules: [rule] });
  expect(() => build({ spec: { podFailurePolicy: { rules: [rule, { action: 'FailIndex' }] } } })).toThrow('podFailurePolicy.rules[1].action: FailIndex is not supported for Task Jobs');
});

test('skills without a workspace are prepared without a repository', () => {
  const pod = podOf({ config: { skills: [{ source: 'o/r' }] } });
  expect(pod.initContainers![0]!.env).toEqual([{ name: 'TASKWRIGHT_WORKSPACE', value: '{"skills":[{"source":"o/r"}]}' }]);
});

test('a name that is too long for a Job is shortened, and stays apart from its neighbours', () => {
  const names = ['a', 'b'].map((last) => {
    const task: Task = { metadata: { name: `${'x'.repeat(70)}${last}`, namespace: 'dev', uid: 'u' }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'p' } };
    return buildJob({ task, worker: workerOf(task), config: mergeAgentConfigs([]), read: () => undefined, images }).job.metadata!.name!;
  });
  expect(names.map((name) => name.length)).toEqual([63, 63]);
  expect(names[0]).not.toBe(names[1]);
});
