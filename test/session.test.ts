import { type Chart, Duration, Size } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, SecretRef, Session, type SessionProps, VolumeClaim, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const session = (props: Partial<SessionProps>) => (chart: Chart) => new Session(chart, 'pair', { metadata: { name: 'pair' }, agent: claude, ...props });
const rendered = (spec: object, metadata: object = { name: 'pair' }) => [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'Session', metadata, spec }];
const worker = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } } };
const withEnv = (name: string) => ({ credentials: Credentials.none(), podOverrides: { env: [{ name, value: 'mine' }] } });
const takenEnv = (name: string) => `agent.podOverrides.env[0].name: is set by the operator, which drops this value, got "${name}"; remove it`;

describe('a Session', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth((chart) => new Session(chart, 'pair', { agent: claude }), rendered({ worker }, { name: 'fleet-pair-c8ddbd59' }));
  });

  test('is rendered with everything that can be asked for', () => {
    expectSynth(session({
      metadata: { name: 'pair', namespace: 'agents' },
      agent: CodingAgent.openCode({
        credentials: Credentials.oauth(SecretRef.fromName('opencode')),
        model: 'anthropic/claude',
        effort: 'high',
        image: 'registry.example.com/opencode:1',
        agentConfigs: [AgentConfig.fromAgentConfigName('house-rules')],
        serviceAccount: { name: 'deployer' },
        podOverrides: { labels: { team: 'shop' }, activeDeadlineSeconds: 3600 },
      }),
      workspace: Workspace.fromWorkspaceName('shop'),
      initialPrompt: 'Look around. {{Nothing}} is replaced here.',
      initialBranch: 'pair/rounding',
      volume: VolumeClaim.ofSize(Size.gibibytes(10)),
      suspend: false,
      idlePolicy: { suspendAfter: Duration.seconds(0), deleteAfter: Duration.days(2) },
    }), rendered({
      worker: {
        type: 'opencode',
        credentials: { type: 'oauth', secretRef: { name: 'opencode' } },
        model: 'anthropic/claude',
        effort: 'high',
        image: 'registry.example.com/opencode:1',
        agentConfigRefs: [{ name: 'house-rules' }],
        podOverrides: { serviceAccountName: 'deployer', labels: { team: 'shop' }, activeDeadlineSeconds: 3600 },
        workspaceRef: { name: 'shop' },
      },
      initialPrompt: 'Look around. {{Nothing}} is replaced here.',
      initialBranch: 'pair/rounding',
      volumeClaimTemplate: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
      suspend: false,
      idlePolicy: { suspendAfterSeconds: 0, deleteAfterSeconds: 172_800 },
    }, { name: 'pair', namespace: 'agents' }));
  });

  test.each<{ it: string; props: Partial<SessionProps>; refused: string[] }>([
    { it: 'has a name that no Service may have', props: { metadata: { name: 'pair.shop' } }, refused: ['metadata.name: is not a usable name, got "pair.shop"; it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit'] },
    { it: 'has a name that nothing may have', props: { metadata: { name: 's'.repeat(254) } }, refused: ['metadata.name: is too long, got 254 characters; at most 253; shorten the name'] },
    { it: 'has no agent', props: { agent: undefined as never }, refused: ['agent: is missing; pass CodingAgent.claudeCode({ … }) or another'] },
    { it: 'has an agent without credentials', props: { agent: CodingAgent.codex({} as never) }, refused: ['agent.credentials: is missing; pass Credentials.apiKey(secret), .oauth(secret) or .none()'] },
    ...(['gemini', 'cursor'] as const).map((type) => ({
      it: `is with ${type}`,
      props: { agent: CodingAgent.custom('registry.example.com/agent', { type, credentials: Credentials.none() }) },
      refused: [`agent: is not one of the accepted values, got "${type}"; of the agents claude-code, codex and opencode can be talked to; pass one of them, or give this one a Task`],
    })),
    { it: 'is to run on a pool', props: { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')) }, refused: ['agent: does not go together with a worker pool, got an agent on a pool; pass an agent of its own, such as CodingAgent.claudeCode({ … })'] },
    { it: 'has a branch of no Workspace', props: { initialBranch: 'fix' }, refused: ['workspace: is missing; initialBranch is a branch of it; pass a Workspace'] },
    { it: 'has a branch that git refuses', props: { workspace: Workspace.fromWorkspaceName('shop'), initialBranch: 'fix..it' }, refused: ['initialBranch: is not a branch name, got "fix..it"; it must not hold .. @{ or //'] },
    {
      it: 'refers to a Workspace that is not there',
      props: { workspace: { name: 'shop' } },
      refused: ['workspace: refers to something that this program does not define, got Workspace "shop"; this program defines no Workspace; define it, or pass Workspace.fromWorkspaceName("shop") if it exists already'],
    },
    {
      it: 'has a Secret without the key of its agent',
      props: { agent: CodingAgent.claudeCode({ credentials: Credentials.oauth(SecretRef.fromName('claude', { keys: ['ANTHROPIC_API_KEY'] })) }) },
      refused: ['agent.credentials: names a Secret without the key that is read from it, got "claude" with only ANTHROPIC_API_KEY; Claude Code with OAuth reads CLAUDE_CODE_OAUTH_TOKEN; rename the key to CLAUDE_CODE_OAUTH_TOKEN, or pass the Secret that has it'],
    },
    { it: 'is suspended when it is deleted', props: { idlePolicy: { suspendAfter: Duration.hours(1), deleteAfter: Duration.minutes(60) } }, refused: ['idlePolicy.suspendAfter: is too large, got 3600 s; less than deleteAfter, which is 3600 s'] },
    {
      it: 'waits for less than nothing, and for half a second',
      props: { idlePolicy: { suspendAfter: { toSeconds: () => -1 } as never, deleteAfter: Duration.millis(500) } },
      refused: ['idlePolicy.suspendAfter: is too small, got -1; at least 0', 'idlePolicy.deleteAfter: has the wrong type, got a fraction; it has to be a whole number'],
    },
    { it: 'has a volume without a size', props: { volume: VolumeClaim.fromSpec({ accessModes: ['ReadWriteOnce'] }) }, refused: ['volume.resources.requests.storage: is missing; say how large the volume has to be: Size.gibibytes(20), in a spec 20Gi'] },
    {
      it: 'was made without the compiler',
      props: { agent: 'claude' as never, volume: '20Gi' as never, idlePolicy: { suspendAfter: 60 as never, deleteAfter: '1h' as never } },
      refused: [
        'agent: has the wrong type, got a string; pass CodingAgent.claudeCode({ … }) or another',
        'volume: has the wrong type, got a string; pass VolumeClaim.ofSize(Size.gibibytes(…)) or .fromSpec({ … })',
        'idlePolicy.suspendAfter: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)',
        'idlePolicy.deleteAfter: has the wrong type, got a string; pass a Duration, for example Duration.hours(1)',
      ],
    },
    { it: 'takes a variable of every Session', props: { agent: CodingAgent.claudeCode(withEnv('KELOS_SESSION_NAME')) }, refused: [takenEnv('KELOS_SESSION_NAME')] },
    { it: 'takes a variable of Claude Code', props: { agent: CodingAgent.claudeCode(withEnv('CLAUDE_CONFIG_DIR')) }, refused: [takenEnv('CLAUDE_CONFIG_DIR')] },
    { it: 'takes a variable of Codex', props: { agent: CodingAgent.codex(withEnv('CODEX_HOME')) }, refused: [takenEnv('CODEX_HOME')] },
    { it: 'takes a variable of OpenCode', props: { agent: CodingAgent.openCode(withEnv('XDG_DATA_HOME')) }, refused: [takenEnv('XDG_DATA_HOME')] },
    {
      it: 'takes the variable of its branch',
      props: { agent: CodingAgent.claudeCode(withEnv('KELOS_BRANCH')), workspace: Workspace.fromWorkspaceName('shop'), initialBranch: 'fix' },
      refused: [takenEnv('KELOS_BRANCH')],
    },
  ])('says that it $it', ({ props, refused }) => {
    expectSynth(session(props), { refused: refused.map((line) => `[fleet/pair] ${line}`) });
  });

  test.each<[string, Partial<SessionProps>, object]>([
    ['a name of 253 characters', { metadata: { name: 's'.repeat(253) } }, { worker }],
    ['a second between being suspended and deleted', { idlePolicy: { suspendAfter: Duration.seconds(59), deleteAfter: Duration.minutes(1) } }, { worker, idlePolicy: { suspendAfterSeconds: 59, deleteAfterSeconds: 60 } }],
    ['no time to be suspended after', { idlePolicy: { deleteAfter: Duration.seconds(0) } }, { worker, idlePolicy: { deleteAfterSeconds: 0 } }],
    ['the variable of another agent', { agent: CodingAgent.codex(withEnv('CLAUDE_CONFIG_DIR')) }, { worker: { type: 'codex', credentials: { type: 'none' }, podOverrides: withEnv('CLAUDE_CONFIG_DIR').podOverrides } }],
    ['an agent of its own kind', { agent: CodingAgent.custom('registry.example.com/agent', { credentials: Credentials.none() }) }, { worker: { type: 'claude-code', credentials: { type: 'none' }, image: 'registry.example.com/agent' } }],
  ])('may have %s', (_, props, spec) => expectSynth(session(props), rendered(spec, props.metadata)));
});
