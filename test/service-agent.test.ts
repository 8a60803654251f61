import { type Chart, Duration } from 'cdk8s';
import {
  AgentHarness, AgentMemory, EnvValue, type HarnessWorkspaceOptions, l1, McpRuntime, McpService, MemoryScope, MemoryTools, ModelApi, ModelBackend, SecretRef, ServiceAgent, type ServiceAgentProps,
  type StoredMemoryOptions, Telemetry, ToolCalls,
} from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const models = ModelApi.fromModelApiName('models');
const agent = (props: Partial<ServiceAgentProps> = {}, name = 'helper') => (chart: Chart) => new ServiceAgent(chart, name, { metadata: { name }, modelApi: models, model: 'gpt-5-mini', ...props });
const rendered = (fields: object = {}, name = 'helper') => ({ apiVersion: 'kaos.tools/v1alpha1', kind: 'Agent', metadata: { name }, spec: { modelAPI: 'models', model: 'gpt-5-mini', ...fields } });
const store = (options: StoredMemoryOptions) => agent({ memory: AgentMemory.store('shared', options) });
const stored = (fields: object) => [rendered({ config: { memory: { type: 'remote', memoryStore: 'shared', ...fields } } })];
const pi = (workspace: HarnessWorkspaceOptions) => agent({ harness: AgentHarness.pi(workspace) });
const longest = 'a'.repeat(57);

describe('a ServiceAgent', () => {
  test.each<[string, (chart: Chart) => unknown, object[]]>([
    ['a model', agent(), [rendered()]],
    ['tools', agent({ tools: [McpService.fromMcpServiceName('calc')] }), [rendered({ mcpServers: ['calc'] })]],
    ['peers', agent({ peers: [ServiceAgent.fromServiceAgentName('planner')] }), [rendered({ agentNetwork: { access: ['planner'] } })]],
    ['nobody who can reach it', agent({ exposed: false }), [rendered({ agentNetwork: { expose: false } })]],
    [
      'a character',
      agent({ description: 'Helps.', instructions: 'Be brief.', systemPrompt: 'You help.', maxSteps: 20, toolCalls: ToolCalls.TEXT }),
      [rendered({ config: { description: 'Helps.', instructions: 'Be brief.', systemPrompt: 'You help.', reasoningLoopMaxSteps: 20, toolCallMode: 'string' } })],
    ],
    ['a memory in its Pod', agent({ memory: AgentMemory.local({ contextLimit: 100, maxSessions: 1, maxSessionEvents: 10_000 }) }), [rendered({ config: { memory: { type: 'local', contextLimit: 100, maxSessions: 1, maxSessionEvents: 10_000 } } })]],
    ['a memory in Redis', agent({ memory: AgentMemory.redis() }), [rendered({ config: { memory: { type: 'redis' } } })]],
    ['no memory', agent({ memory: AgentMemory.none() }), [rendered({ config: { memory: { enabled: false } } })]],
    ['a memory in a store', store({}), stored({})],
    ['a memory that fails with its store', store({ scope: MemoryScope.USER, required: true, tokenBudget: 0, rollingSummary: true }), stored({ scope: 'user', failureMode: 'strict', clientParams: { tokenBudget: 0, rollingSummary: true } })],
    ['a memory of which it reads one scope', store({ readScopes: [MemoryScope.GROUP], defaultReadScope: MemoryScope.GROUP, required: false }), stored({ readScopes: ['group'], defaultReadScope: 'group', failureMode: 'soft' })],
    ['a memory of which it reads two scopes', store({ readScopes: [MemoryScope.GROUP, MemoryScope.AGENT], tools: MemoryTools.READ }), stored({ readScopes: ['group', 'agent'], tools: 'read' })],
    ['telemetry', agent({ telemetry: Telemetry.otlp() }), [rendered({ config: { telemetry: { enabled: true } } })]],
    [
      'work of its own',
      agent({ autonomous: { goal: 'Watch the queue.', interval: Duration.hours(1), maxRoundTime: Duration.seconds(0) } }),
      [rendered({ config: { autonomous: { goal: 'Watch the queue.', intervalSeconds: 3600, maxIterRuntimeSeconds: 0 } } })],
    ],
    [
      'limits of what it does in the background',
      agent({ backgroundTasks: { maxIterations: 1000, maxTime: Duration.days(1), maxToolCalls: 0 } }),
      [rendered({ config: { taskConfig: { maxIterations: 1000, maxRuntimeSeconds: 86_400, maxToolCalls: 0 } } })],
    ],
    ['no patience', agent({ waitForDependencies: false }), [rendered({ waitForDependencies: false })]],
    ['a container of its own', agent({ image: 'agent:2', env: { A: EnvValue.fromValue('a') }, resources: { requests: { cpu: '1' } } }), [rendered({ container: { image: 'agent:2', env: [{ name: 'A', value: 'a' }], resources: { requests: { cpu: '1' } } } })]],
    ['a harness', agent({ harness: AgentHarness.pi() }), [rendered({ harness: { runtime: 'pi' } })]],
    ['a harness in an image', agent({ harness: AgentHarness.claude(), image: 'claude:1' }), [rendered({ container: { image: 'claude:1' }, harness: { runtime: 'claude' } })]],
    ['another harness', agent({ harness: AgentHarness.fromName('codex') }), [rendered({ harness: { runtime: 'codex' } })]],
    [
      'a repository',
      pi({ repo: 'https://github.com/acme/shop.git', branch: 'next', credentials: SecretRef.fromName('bot') }),
      [rendered({ harness: { runtime: 'pi', workspace: { repoURL: 'https://github.com/acme/shop.git', branch: 'next', credentialsSecretRef: { name: 'bot' } } } })],
    ],
    ['the longest name', agent({}, longest), [rendered({}, longest)]],
    ['a longer name where nobody can reach it', agent({ exposed: false }, `${longest}.abcde`), [rendered({ agentNetwork: { expose: false } }, `${longest}.abcde`)]],
  ])('has %s', (_, program, objects) => expectSynth(program, objects));

  test.each<{ it: string; program: (chart: Chart) => unknown; refused: string[] }>([
    { it: 'has no endpoint', program: agent({ modelApi: undefined }), refused: ['modelApi: refers to something that this program does not define, got nothing; define one with new ModelApi(…), or pass ModelApi.fromModelApiName(…) if it exists already'] },
    {
      it: 'has an endpoint that nobody defines',
      program: agent({ modelApi: { name: 'models' } }),
      refused: ['modelApi: refers to something that this program does not define, got ModelAPI "models"; this program defines no ModelAPI; define it, or pass ModelApi.fromModelApiName("models") if it exists already'],
    },
    { it: 'has no model', program: agent({ model: '' }), refused: ['model: is missing; name a model that the endpoint offers'] },
    { it: 'has a model that is no text', program: agent({ model: 5 as never }), refused: ['model: has the wrong type, got a number; it has to be a text'] },
    {
      it: 'has tools that nobody defines',
      program: agent({ tools: [{ name: 'calc' }] }),
      refused: ['tools[0]: refers to something that this program does not define, got MCPServer "calc"; this program defines no MCPServer; define it, or pass McpService.fromMcpServiceName("calc") if it exists already'],
    },
    { it: 'has tools twice', program: agent({ tools: [McpService.fromMcpServiceName('calc'), McpService.fromMcpServiceName('calc')] }), refused: ['tools: is used twice, got "calc"; keep one of them'] },
    { it: 'has a peer twice', program: agent({ peers: [ServiceAgent.fromServiceAgentName('a'), ServiceAgent.fromServiceAgentName('a')] }), refused: ['peers: is used twice, got "a"; keep one of them'] },
    { it: 'may take no step', program: agent({ maxSteps: 0 }), refused: ['maxSteps: is too small, got 0; at least 1'] },
    { it: 'may take too many steps', program: agent({ maxSteps: 21 }), refused: ['maxSteps: is too large, got 21; at most 20'] },
    { it: 'calls tools in a way that there is not', program: agent({ toolCalls: 'json' as never }), refused: ['toolCalls: is not one of the accepted values, got "json"; allowed are auto, native or string'] },
    { it: 'has a memory that no factory made', program: agent({ memory: 'local' as never }), refused: ['memory: has the wrong type, got a string; pass AgentMemory.local(), .redis(), .store(name) or .none()'] },
    { it: 'recalls nothing', program: agent({ memory: AgentMemory.local({ contextLimit: 0 }) }), refused: ['memory.contextLimit: is too small, got 0; at least 1'] },
    { it: 'has a store without a name', program: agent({ memory: AgentMemory.store('') }), refused: ['memory.name: is missing; name the MemoryStore'] },
    { it: 'reads by default what it may not read', program: store({ readScopes: [MemoryScope.AGENT], defaultReadScope: MemoryScope.USER }), refused: ['memory.defaultReadScope: is not one of the accepted values, got "user"; readScopes allow agent'] },
    {
      it: 'may read two scopes and cannot',
      program: store({ readScopes: [MemoryScope.AGENT, MemoryScope.USER], tools: MemoryTools.WRITE }),
      refused: ['memory.tools: is missing; a model that may read several scopes needs MemoryTools.READ or .ALL to do so; set it'],
    },
    { it: 'may read a scope twice', program: store({ readScopes: [MemoryScope.AGENT, MemoryScope.AGENT], tools: MemoryTools.ALL }), refused: ['memory.readScopes: is used twice, got "agent"; keep one of them'] },
    { it: 'recalls less than nothing', program: store({ tokenBudget: -1 }), refused: ['memory.tokenBudget: is too small, got -1; at least 0'] },
    { it: 'works at nothing', program: agent({ autonomous: { goal: '  ' } }), refused: ['autonomous.goal: is missing; say what it works at, or leave autonomous out'] },
    { it: 'pauses for over an hour', program: agent({ autonomous: { goal: 'x', interval: Duration.seconds(3601) } }), refused: ['autonomous.interval: is too large, got 3601; at most 3600'] },
    { it: 'pauses for a part of a second', program: agent({ autonomous: { goal: 'x', interval: Duration.millis(1) } }), refused: ['autonomous.interval: has the wrong type, got a fraction; it has to be a whole number'] },
    { it: 'pauses for a number', program: agent({ autonomous: { goal: 'x', interval: 5 as never } }), refused: ['autonomous.interval: has the wrong type, got a number; pass Duration.seconds(…)'] },
    { it: 'works at a task for over a day', program: agent({ backgroundTasks: { maxTime: Duration.seconds(86_401) } }), refused: ['backgroundTasks.maxTime: is too large, got 86401; at most 86400'] },
    { it: 'may call too many tools', program: agent({ backgroundTasks: { maxToolCalls: 10_001 } }), refused: ['backgroundTasks.maxToolCalls: is too large, got 10001; at most 10000'] },
    { it: 'has a harness that no factory made', program: agent({ harness: 'pi' as never }), refused: ['harness: has the wrong type, got a string; pass AgentHarness.pi(), .claude(), .custom() or .fromName(name)'] },
    { it: 'has a harness without an image', program: agent({ harness: AgentHarness.claude() }), refused: ['image: is missing; the harness claude has none of its own; set it'] },
    { it: 'has an unknown harness without an image', program: agent({ harness: AgentHarness.custom() }), refused: ['image: is missing; the harness custom has none of its own; set it'] },
    { it: 'has a harness without a name', program: agent({ harness: AgentHarness.fromName('') }), refused: ['harness.runtime: is missing; name a harness that the operator is set up with'] },
    { it: 'works in a repository that cannot be cloned', program: pi({ repo: 'shop' }), refused: ['harness.repo: is not a usable URL, got "shop"; it has to look like https://host/owner/repo.git, http://…, git://… or git@host:owner/repo.git'] },
    { it: 'works on a branch of no repository', program: pi({ branch: 'next' }), refused: ['harness.repo: is missing; name the repository that the rest is for'] },
    { it: 'works on what is no branch', program: pi({ repo: 'https://github.com/acme/shop.git', branch: '@' }), refused: ['harness.branch: is not a branch name, got "@"; git keeps the empty name, @ and HEAD for itself'] },
    { it: 'has a name that its Service cannot have', program: agent({}, `${longest}a`), refused: ['metadata.name: is too long, got 58 characters; at most 57, since its Service is called agent-…; shorten the name'] },
    { it: 'has a name that no label can have', program: agent({ exposed: false }, `${longest}.abcdef`), refused: ['metadata.name: is too long, got 64 characters; at most 63; shorten the name'] },
  ])('is refused when it $it', ({ program, refused }) => {
    expectSynth(program, { refused: refused.map((line) => expect.stringMatching(new RegExp(`^\\[fleet/\\S+\\] ${line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)) as string) });
  });
});

describe('the model of a ServiceAgent', () => {
  const offered = (patterns: string[], model: string) => (chart: Chart) => agent({ modelApi: new ModelApi(chart, 'llm', { metadata: { name: 'llm' }, backend: ModelBackend.proxy({ models: patterns }) }), model })(chart);

  test.each<{ patterns: string[]; model: string; offers: boolean }>([
    { patterns: ['gpt-5'], model: 'gpt-5', offers: true },
    { patterns: ['gpt-5'], model: 'gpt-5-mini', offers: false },
    { patterns: ['*'], model: 'anything/at-all', offers: true },
    { patterns: ['openai/*'], model: 'openai/gpt-5', offers: true },
    { patterns: ['openai/*'], model: 'openai/', offers: true },
    { patterns: ['openai/*'], model: 'openai', offers: false },
    { patterns: ['openai/*'], model: 'openai-eu/gpt-5', offers: false },
    { patterns: ['a', 'b/*'], model: 'b/c', offers: true },
  ])('$model is offered by $patterns: $offers', ({ patterns, model, offers }) => {
    if (offers) expectSynth(offered(patterns, model), [{ apiVersion: 'kaos.tools/v1alpha1', kind: 'ModelAPI', metadata: { name: 'llm' }, spec: { mode: 'Proxy', proxyConfig: { models: patterns } } }, rendered({ modelAPI: 'llm', model })]);
    else expectSynth(offered(patterns, model), { refused: [expect.stringMatching(`^\\[fleet/helper\\] model: is not a model that is offered there, got "${model}"; ModelAPI llm offers `) as string] });
  });

  test('is held against what a reference says is there', () => {
    const existing = ModelApi.fromModelApiName('models', { models: ['gpt-5-mino'] });
    expectSynth(agent({ modelApi: existing }), { refused: ['[fleet/helper] model: is not a model that is offered there, got "gpt-5-mini"; ModelAPI models offers gpt-5-mino; did you mean gpt-5-mino?'] });
  });

  test('is held against an object that another construct made', () => {
    const program = (mode: 'Proxy' | 'Hosted') => (chart: Chart) => {
      const object = new l1.CfgModelApi(chart, 'l1', { metadata: { name: 'models' }, spec: { mode, hostedConfig: { model: 'smollm2:135m' } } });
      agent({ modelApi: { name: object.name } })(chart);
    };
    expectSynth(program('Hosted'), { refused: ['[fleet/helper] model: is not a model that is offered there, got "gpt-5-mini"; ModelAPI models offers smollm2:135m'] });
    // What offers nothing that could be known is the operator's to judge.
    expectSynth(program('Proxy'), [{ apiVersion: 'kaos.tools/v1alpha1', kind: 'ModelAPI', metadata: { name: 'models' }, spec: { mode: 'Proxy', hostedConfig: { model: 'smollm2:135m' } } }, rendered()]);
  });

  test('is not judged by an endpoint that cannot be rendered, which speaks for itself', () => {
    const program = (chart: Chart) => agent({ modelApi: new ModelApi(chart, 'llm', { backend: undefined as never }) })(chart);
    expectSynth(program, { refused: ['[fleet/llm] backend: has the wrong type, got nothing; pass ModelBackend.proxy({ … }) or .hosted(model)'] });
  });
});

describe('ServiceAgents among each other', () => {
  const circle = (patience: { [name: string]: boolean | undefined }) => (chart: Chart) => {
    const agents = Object.entries(patience).map(([name, waitForDependencies]) => agent({ waitForDependencies }, name)(chart));
    agents.forEach((each, index) => each.addPeer(agents[(index + 1) % agents.length]!));
  };

  test('an agent in a circle that waits is told, once for all of them', () => {
    expectSynth(circle({ a: undefined, b: true, c: undefined }), { refused: ['[fleet/a] peers: waits for itself, got a → b → c → a; take one of these out, or set waitForDependencies: false on one of them'] });
    expectSynth(circle({ a: undefined }), { refused: ['[fleet/a] peers: waits for itself, got a → a; take one of these out, or set waitForDependencies: false on one of them'] });
  });

  test('a circle in which one does not wait is none', () => {
    expectSynth(circle({ a: undefined, b: false }), [rendered({ agentNetwork: { access: ['b'] } }, 'a'), rendered({ agentNetwork: { access: ['a'] }, waitForDependencies: false }, 'b')]);
  });

  test('agents of one name in two namespaces are not each other', () => {
    const program = (chart: Chart) => {
      const there = { metadata: { name: 'b', namespace: 'there' } };
      agent({ peers: [ServiceAgent.fromServiceAgentName('b')] }, 'a')(chart);
      agent({ ...there, peers: [ServiceAgent.fromServiceAgentName('a')], exposed: false }, 'b')(chart);
    };
    expectSynth(program, [rendered({ agentNetwork: { access: ['b'] } }, 'a'), { ...rendered({ agentNetwork: { expose: false, access: ['a'] } }), metadata: { name: 'b', namespace: 'there' } }]);
  });

  test('an agent of another namespace cannot be a peer', () => {
    const program = (chart: Chart) => {
      const other = agent({ metadata: { name: 'b', namespace: 'there' } }, 'b')(chart);
      agent({ metadata: { name: 'a', namespace: 'here' }, peers: [other] }, 'a')(chart);
    };
    expectSynth(program, { refused: ['[fleet/a] peers[0]: refers to something in another namespace, got "b" of namespace there; it is looked up in here; define it there too'] });
  });

  test('a peer has to be one that others can reach', () => {
    const program = (exposed: boolean | undefined) => (chart: Chart) => agent({ peers: [agent({ exposed }, 'b')(chart)] }, 'a')(chart);
    expectSynth(program(false), { refused: ['[fleet/a] peers[0]: refers to an agent that others cannot reach, got "b"; it is not exposed; take exposed: false out there'] });
    expectSynth(program(undefined), [rendered({}, 'b'), rendered({ agentNetwork: { access: ['b'] } }, 'a')]);
  });

  test('what is added counts like what was given', () => {
    const program = (chart: Chart) => {
      const planner = agent({}, 'planner')(chart);
      const calc = new McpService(chart, 'calc', { metadata: { name: 'calc' }, runtime: McpRuntime.kubernetes() });
      const helper = agent()(chart);
      helper.addTools(calc);
      helper.addPeer(planner);
    };
    const calc = { apiVersion: 'kaos.tools/v1alpha1', kind: 'MCPServer', metadata: { name: 'calc' }, spec: { runtime: 'kubernetes' } };
    expectSynth(program, [rendered({}, 'planner'), calc, rendered({ mcpServers: ['calc'], agentNetwork: { access: ['planner'] } })]);
  });
});
