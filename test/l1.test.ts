import { App, Chart, JsonPatch } from 'cdk8s';
import { l1 } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';

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

  test('says what it is without an object', () => {
    expect([l1.CfgTask.GVK, l1.CfgWorkspace.GVK, l1.CfgAgentConfig.GVK]).toEqual(['Task', 'Workspace', 'AgentConfig'].map((kind) => ({ apiVersion: 'kelos.dev/v1alpha2', kind })));
    expect([l1.CfgAgent.GVK, l1.CfgMcpServer.GVK, l1.CfgModelApi.GVK]).toEqual(['Agent', 'MCPServer', 'ModelAPI'].map((kind) => ({ apiVersion: 'kaos.tools/v1alpha1', kind })));
  });
});
