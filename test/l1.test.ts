import { App, Chart, JsonPatch, Lazy } from 'cdk8s';
import { l1, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

describe('an L1', () => {
  test('renders what it is given, also what it does not know', () => {
    const chart = new Chart(new App(), 'fleet');
    const spec: l1.TaskSpec & { fromTheFuture: boolean } = { prompt: 'Fix it.', type: 'codex', credentials: { type: 'none' }, fromTheFuture: true };
    new l1.CfgTask(chart, 'fix', { metadata: { name: 'fix' }, spec });
    expect(chart.toJson()).toEqual([{ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fix' }, spec }]);
  });

  test('keeps an unknown field that a JSON patch adds', () => {
    const chart = new Chart(new App(), 'fleet');
    new l1.CfgAgentConfig(chart, 'rules', { spec: { agentsMD: 'Be kind.' } }).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', 1), JsonPatch.add('/besideSpec', {}));
    expect(chart.toJson()[0]).toMatchObject({ spec: { agentsMD: 'Be kind.', fromTheFuture: 1 }, besideSpec: {} });
  });

  test('says what the server would refuse, before any patch', () => {
    const program = (chart: Chart) => {
      new l1.CfgTask(chart, 'fix', { spec: { prompt: 'Fix it.', worker: { type: 'codex', credentials: { type: 'api-key' } } } });
      new l1.CfgAgent(chart, 'helper', { spec: { modelAPI: 'models' } as l1.AgentSpec }).addJsonPatch(JsonPatch.add('/spec/model', 'gpt-5'));
      new l1.CfgModelApi(chart, 'models', { spec: Lazy.any({ produce: () => ({ mode: 'proxy' }) }) });
      new l1.CfgMcpServer(chart, 'tools', {} as l1.CfgMcpServerProps);
      new l1.CfgWorkspace(chart, 'repo', {} as l1.CfgWorkspaceProps);
    };
    expectSynth(program, {
      refused: [
        '[fleet/fix] spec.worker: breaks a rule of its kind; credentials.secretRef is required unless credentials.type is none',
        '[fleet/helper] spec.model: is missing',
        '[fleet/models] spec.mode: is not one of the accepted values, got "proxy"; allowed are Hosted or Proxy; did you mean Proxy?',
        '[fleet/tools] spec: is missing',
      ],
    });
  });

  test('is judged by the L2 that made it, where there is one', () => {
    expectSynth((chart) => new Workspace(chart, 'repo', { repo: 'shop' }), {
      refused: ['[fleet/repo] repo: is not a usable URL, got "shop"; it has to look like https://host/owner/repo.git, http://…, git://… or git@host:owner/repo.git'],
    });
    expectSynth((chart) => new l1.CfgWorkspace(new Workspace(chart, 'repo', { repo: 'https://github.com/acme/shop.git' }), 'own', { spec: { repo: 'shop' } }), {
      refused: [expect.stringMatching(/^\[fleet\/repo\/own\] spec\.repo: does not have the right form/) as string],
    });
  });

  test('says what it is without an object', () => {
    expect([l1.CfgTask.GVK, l1.CfgWorkspace.GVK, l1.CfgAgentConfig.GVK]).toEqual(['Task', 'Workspace', 'AgentConfig'].map((kind) => ({ apiVersion: 'kelos.dev/v1alpha2', kind })));
    expect([l1.CfgAgent.GVK, l1.CfgMcpServer.GVK, l1.CfgModelApi.GVK]).toEqual(['Agent', 'MCPServer', 'ModelAPI'].map((kind) => ({ apiVersion: 'kaos.tools/v1alpha1', kind })));
  });
});
