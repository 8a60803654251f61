import { type Chart, Size } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, l1, SecretRef, Task, VolumeClaim, WorkerPool, type WorkerPoolProps, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const usual: WorkerPoolProps = { metadata: { name: 'warm' }, agent: claude, workspace: Workspace.fromWorkspaceName('shop'), volume: VolumeClaim.ofSize(Size.gibibytes(20)) };
const pool = (props: Partial<WorkerPoolProps>) => (chart: Chart) => new WorkerPool(chart, 'warm', { ...usual, ...props });
const rendered = (spec: object, metadata: object = { name: 'warm' }) => ({ apiVersion: 'kelos.dev/v1alpha2', kind: 'WorkerPool', metadata, spec });
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } };
const worker = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } }, workspaceRef: { name: 'shop' } };

describe('a WorkerPool', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(pool({ metadata: undefined }), [rendered({ worker, volumeClaimTemplate: claim }, { name: expect.stringMatching(/^fleet-warm-/) })]);
  });

  test('is rendered with everything that can be asked for', () => {
    expectSynth(pool({
      metadata: { name: 'warm', namespace: 'agents', labels: { team: 'shop' } },
      agent: CodingAgent.codex({
        credentials: Credentials.oauth(SecretRef.fromName('codex')),
        model: 'gpt-5',
        effort: 'high',
        image: 'registry.example.com/codex:1',
        agentConfigs: [AgentConfig.fromAgentConfigName('house-rules')],
        podOverrides: { nodeSelector: { disk: 'fast' } },
      }),
      volume: VolumeClaim.ofSize(Size.tebibytes(1), { storageClass: 'fast', access: 'ReadWriteOncePod' }),
      replicas: 0,
    }), [rendered({
      worker: {
        type: 'codex',
        credentials: { type: 'oauth', secretRef: { name: 'codex' } },
        model: 'gpt-5',
        effort: 'high',
        image: 'registry.example.com/codex:1',
        agentConfigRefs: [{ name: 'house-rules' }],
        podOverrides: { nodeSelector: { disk: 'fast' } },
        workspaceRef: { name: 'shop' },
      },
      replicas: 0,
      volumeClaimTemplate: { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1Ti' } }, storageClassName: 'fast' },
    }, { name: 'warm', namespace: 'agents', labels: { team: 'shop' } })]);
  });

  test.each<{ it: string; props: Partial<WorkerPoolProps>; refused: string[] }>([
    { it: 'has a name that its StatefulSet cannot carry', props: { metadata: { name: 'w'.repeat(50) } }, refused: ['metadata.name: is too long, got 50 characters; at most 49; shorten the name'] },
    { it: 'has a name that no Service may have', props: { metadata: { name: 'warm.pool' } }, refused: ['metadata.name: is not a usable name, got "warm.pool"; it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit'] },
    { it: 'has fewer Pods than none', props: { replicas: -1 }, refused: ['replicas: is too small, got -1; at least 0'] },
    {
      it: 'says too little',
      props: { agent: undefined as never, workspace: undefined as never, volume: undefined as never },
      refused: [
        'workspace: refers to something that this program does not define, got nothing; define one with new Workspace(…), or pass Workspace.fromWorkspaceName(…) if it exists already',
        'agent: is missing; pass CodingAgent.claudeCode({ … }) or another',
        'volume: is missing; pass VolumeClaim.ofSize(Size.gibibytes(…))',
      ],
    },
    {
      it: 'was made without the compiler',
      props: { agent: 'claude' as never, volume: '20Gi' as never },
      refused: [
        'agent: has the wrong type, got a string; pass CodingAgent.claudeCode({ … }) or another',
        'volume: has the wrong type, got a string; pass VolumeClaim.ofSize(Size.gibibytes(…)) or .fromSpec({ … })',
      ],
    },
    { it: 'has credentials that no factory made', props: { agent: CodingAgent.codex({ credentials: 'key' as never }) }, refused: ['agent.credentials: has the wrong type, got a string; pass Credentials.apiKey(secret), .oauth(secret) or .none()'] },
    { it: 'is to run on a pool', props: { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('other')) }, refused: ['agent: does not go together with a worker pool, got an agent on a pool; pass an agent of its own, such as CodingAgent.claudeCode({ … })'] },
    { it: 'has an agent without credentials', props: { agent: CodingAgent.codex({} as never) }, refused: ['agent.credentials: is missing; pass Credentials.apiKey(secret), .oauth(secret) or .none()'] },
    {
      it: 'has a Secret without the key of its agent',
      props: { agent: CodingAgent.codex({ credentials: Credentials.apiKey(SecretRef.fromName('keys', { keys: ['ANTHROPIC_API_KEY'] })) }) },
      refused: ['agent.credentials: names a Secret without the key that is read from it, got "keys" with only ANTHROPIC_API_KEY; Codex with an API key reads CODEX_API_KEY; rename the key to CODEX_API_KEY, or pass the Secret that has it'],
    },
    {
      it: 'changes what a pool ignores',
      props: { agent: CodingAgent.claudeCode({ credentials: Credentials.none(), serviceAccount: { name: 'deployer' }, podOverrides: { labels: { a: 'b' }, activeDeadlineSeconds: 60 } }) },
      refused: [
        'agent.podOverrides.labels: does not go together with a worker pool; leave it out: a pool ignores it',
        'agent.podOverrides.activeDeadlineSeconds: does not go together with a worker pool; leave it out: a pool ignores it',
        'agent.serviceAccount: does not go together with a worker pool; leave it out: a pool ignores it',
      ],
    },
    {
      it: 'takes names of its Pods',
      props: {
        agent: CodingAgent.claudeCode({
          credentials: Credentials.none(),
          podOverrides: {
            serviceAccountName: 'deployer',
            volumes: [{ name: 'worker-runner', emptyDir: {} }],
            extraInitContainers: [{ name: 'inject-worker-runner' }],
            extraContainers: [{ name: 'inject-worker-runner' }],
            env: [{ name: 'KELOS_POD_NAME', value: 'mine' }],
          },
        }),
      },
      refused: [
        'agent.podOverrides.extraInitContainers[0]: is used twice, got "inject-worker-runner"; agent.podOverrides.extraContainers[0] has the name too; rename one of them',
        'agent.podOverrides.env[0].name: is set by the operator, which drops this value, got "KELOS_POD_NAME"; remove it',
        'agent.podOverrides.serviceAccountName: does not go together with a worker pool; leave it out: a pool ignores it',
        'agent.podOverrides.volumes[0].name: is a reserved name, got "worker-runner"; it belongs to the Pods of pools; rename it',
        'agent.podOverrides.extraInitContainers[0].name: is a reserved name, got "inject-worker-runner"; it belongs to the Pods of pools; rename it',
        'agent.podOverrides.extraContainers[0].name: is a reserved name, got "inject-worker-runner"; it belongs to the Pods of pools; rename it',
      ],
    },
  ])('says that it $it', ({ props, refused }) => {
    expectSynth(pool(props), { refused: refused.map((line) => `[fleet/warm] ${line}`) });
  });

  test('may have a name of 49 characters', () => {
    const name = 'w'.repeat(49);
    expectSynth(pool({ metadata: { name } }), [rendered({ worker, volumeClaimTemplate: claim }, { name })]);
  });

  test('refers to a Workspace of its own namespace', () => {
    expectSynth((chart) => {
      const workspace = new Workspace(chart, 'shop', { metadata: { name: 'shop', namespace: 'others' }, repo: 'https://github.com/acme/shop.git' });
      new WorkerPool(chart, 'warm', { ...usual, metadata: { name: 'warm', namespace: 'agents' }, workspace });
    }, { refused: ['[fleet/warm] workspace: refers to something in another namespace, got "shop" of namespace others; it is looked up in agents; define it there too'] });
  });

  test.each([
    ['one that the program defines', (chart: Chart) => new WorkerPool(chart, 'warm', usual), 'claude-code'],
    ['one that exists already', () => WorkerPool.fromWorkerPoolName('warm'), undefined],
  ])('tells who runs on it which agent that is: %s', (_, make, type) => {
    expectSynth((chart) => expect(CodingAgent.fromWorkerPool(make(chart)).type).toBe(type), make.length === 0 ? [] : [rendered({ worker, volumeClaimTemplate: claim })]);
  });
});

describe('a Task on a WorkerPool', () => {
  const task = { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fix' }, spec: { prompt: 'Fix it.', workerPoolRef: { name: 'warm' } } };

  test('may refer to one of the program, whoever made it', () => {
    const spec: l1.WorkerPoolSpec = { worker: { type: 'codex', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } }, volumeClaimTemplate: {} };
    expectSynth((chart) => {
      new l1.CfgWorkerPool(chart, 'pool', { metadata: { name: 'warm' }, spec });
      new Task(chart, 'fix', { metadata: { name: 'fix' }, agent: CodingAgent.fromWorkerPool({ name: 'warm' }), prompt: 'Fix it.' });
    }, [rendered(spec), task]);
  });

  test.each([
    ['warn', '"warn"; this program defines warm; did you mean warm?'],
    ['cold', '"cold"; this program defines warm; define it, or pass WorkerPool.fromWorkerPoolName("cold") if it exists already'],
  ])('says that the program has no pool called %s', (name, rest) => {
    expectSynth((chart) => {
      new WorkerPool(chart, 'warm', usual);
      new Task(chart, 'fix', { agent: CodingAgent.fromWorkerPool({ name }), prompt: 'Fix it.' });
    }, { refused: [`[fleet/fix] agent: refers to something that this program does not define, got WorkerPool ${rest}`] });
  });

  test('says that the pool is in another namespace', () => {
    expectSynth((chart) => {
      const other = new WorkerPool(chart, 'warm', { ...usual, metadata: { name: 'warm', namespace: 'others' } });
      new Task(chart, 'fix', { metadata: { name: 'fix', namespace: 'agents' }, agent: CodingAgent.fromWorkerPool(other), prompt: 'Fix it.' });
    }, { refused: ['[fleet/fix] agent: refers to something in another namespace, got "warm" of namespace others; it is looked up in agents; define it there too'] });
  });
});
