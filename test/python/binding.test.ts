import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { codeBlocksOf } from '../house/code-blocks';
import { readRepository } from '../house/repository';
import { synthesizePython } from './run-program';

const blocks = codeBlocksOf(readRepository(), 'python');
const PROGRAM = `
import jsii
from cdk8s import App, Chart
from cdk8s_taskwright import *
from cdk8s_taskwright import l1

app = App()
chart = Chart(app, "fleet")
claude = CodingAgent.claude_code(credentials=Credentials.api_key(SecretRef.from_name("claude")))
`;

test('there are documents with Python in them', () => {
  expect(blocks.map(({ path }) => path)).toContain('docs/python.md');
});

test.each(blocks)('the Python in $path at line $line synthesizes', async ({ code }) => {
  expect(Object.keys(await synthesizePython('-c', code))).toEqual(['fleet.k8s.yaml']);
});

describe('in Python', () => {
  test('the mistakes of a program are told together, in the words of TypeScript', async () => {
    const program = `${PROGRAM}
Task(chart, "late", agent=claude, prompt="Do it.", ttl_seconds_after_finished=-1)
Task(chart, "lost", agent=claude, prompt="Do it.", workspace=Workspace(Chart(App(), "other"), "shop", repo="https://github.com/acme/shop.git"))
app.synth()
`;
    await expect(synthesizePython('-c', program)).rejects.toThrow([
      'RuntimeError: Error: Validation failed with the following errors:',
      '  [fleet/late] ttlSecondsAfterFinished: is too small, got -1; at least 0',
      '  [fleet/lost] workspace: refers to something that another app defines, got Workspace "other-shop-c872fd11"; define it in this app, or pass Workspace.fromWorkspaceName("other-shop-c872fd11")',
    ].join('\n'));
  });

  test('a misspelt argument is told before anything is synthesized', async () => {
    await expect(synthesizePython('-c', `${PROGRAM}\nTask(chart, "fix", agent=claude, promt="Do it.")`)).rejects.toThrow("unexpected keyword argument 'promt'");
  });

  test('what is referred to may be a class of the program, and a reference is the one that was made', async () => {
    const { 'fleet.k8s.yaml': yaml } = await synthesizePython('-c', `${PROGRAM}
@jsii.implements(ISecretRef)
class Key:
    @property
    def name(self):
        return "key"


agent = CodingAgent.codex(credentials=Credentials.api_key(Key()))
plan = Task.from_task_name("plan")
Task(chart, "fix", metadata={"name": "fix"}, agent=agent, workspace=Workspace.from_workspace_name("shop"), depends_on=[plan], prompt="Do it.")
app.synth()
`);
    expect(parseAllDocuments(yaml!).map((document) => document.toJS() as unknown)).toEqual([{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'Task',
      metadata: { name: 'fix' },
      spec: {
        dependsOn: ['plan'],
        prompt: 'Do it.',
        worker: { type: 'codex', credentials: { type: 'api-key', secretRef: { name: 'key' } }, workspaceRef: { name: 'shop' } },
      },
    }]);
  });

  test('service agents have what they have in TypeScript: enums, durations, and references to each other', async () => {
    const { 'fleet.k8s.yaml': yaml } = await synthesizePython('-c', `${PROGRAM}
from cdk8s import Duration

models = ModelApi(chart, "models", metadata={"name": "models"}, backend=ModelBackend.hosted("smollm2:135m"), request_timeout=Duration.seconds(90))
tools = McpService(chart, "tools", metadata={"name": "tools"}, runtime=McpRuntime.python("x"), env={"A": EnvValue.from_value("a")})
helper = ServiceAgent(
    chart, "helper", metadata={"name": "helper"}, model_api=models, model="smollm2:135m", tools=[tools], tool_calls=ToolCalls.TEXT,
    memory=AgentMemory.store("shared", scope=MemoryScope.USER), autonomous=AutonomousWork(goal="Watch.", interval=Duration.minutes(1)),
)
helper.add_peer(ServiceAgent.from_service_agent_name("planner"))
app.synth()
`);
    expect(parseAllDocuments(yaml!).map((document) => (document.toJS() as { spec: unknown }).spec)).toEqual([
      { mode: 'Hosted', hostedConfig: { model: 'smollm2:135m' }, gatewayRoute: { timeout: '1m30s' } },
      { runtime: 'python-string', params: 'x', container: { env: [{ name: 'A', value: 'a' }] } },
      {
        modelAPI: 'models',
        model: 'smollm2:135m',
        mcpServers: ['tools'],
        agentNetwork: { access: ['planner'] },
        config: { toolCallMode: 'string', memory: { type: 'remote', memoryStore: 'shared', scope: 'user' }, autonomous: { goal: 'Watch.', intervalSeconds: 60 } },
      },
    ]);
  });

  test('the install synthesizes, its definitions as a chart of their own', async () => {
    const files = await synthesizePython('-c', `${PROGRAM}
Crds(app, "crds")
Taskwright(Chart(app, "taskwright"), "operator")
app.synth()
`);
    expect(Object.keys(files)).toEqual(['crds.k8s.yaml', 'fleet.k8s.yaml', 'taskwright.k8s.yaml']);
  });
});
