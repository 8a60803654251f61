import { App, Chart } from 'cdk8s';
import { Secret, ServiceAccount } from 'cdk8s-plus-34';
import { AgentConfig, CodingAgent, Credentials, Plugin, SecretRef, Skill, Task } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const secret = SecretRef.fromName('key');
const credentials = Credentials.apiKey(secret);

function workerOf(agent: CodingAgent): object {
  const chart = new Chart(new App(), 'fleet');
  new Task(chart, 'task', { agent, prompt: 'Do it.' });
  return chart.toJson()[0].spec.worker;
}

describe('a CodingAgent', () => {
  test.each([
    { agent: CodingAgent.claudeCode({ credentials }), type: 'claude-code' },
    { agent: CodingAgent.codex({ credentials }), type: 'codex' },
    { agent: CodingAgent.gemini({ credentials }), type: 'gemini' },
    { agent: CodingAgent.openCode({ credentials }), type: 'opencode' },
    { agent: CodingAgent.cursor({ credentials }), type: 'cursor' },
  ])('is told to the operator as $type', ({ agent, type }) => {
    expect(workerOf(agent)).toEqual({ type, credentials: { type: 'api-key', secretRef: { name: 'key' } } });
  });

  test('can be one of your own, standing in for a known one', () => {
    expect(workerOf(CodingAgent.custom('registry.example.com/mine:1', { credentials: Credentials.none(), type: 'codex' }))).toEqual({
      type: 'codex', credentials: { type: 'none' }, image: 'registry.example.com/mine:1',
    });
    expect(workerOf(CodingAgent.custom('registry.example.com/mine:1', { credentials: Credentials.none() }))).toMatchObject({ type: 'claude-code' });
  });

  test('takes a Secret and a ServiceAccount of cdk8s-plus', () => {
    const chart = new Chart(new App(), 'fleet');
    const key = new Secret(chart, 'key', { stringData: { ANTHROPIC_API_KEY: 'x' } });
    const account = new ServiceAccount(chart, 'account');
    new Task(chart, 'task', { agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(key), serviceAccount: account }), prompt: 'Do it.' });
    expect(chart.toJson().find(({ kind }) => kind === 'Task').spec.worker).toEqual({
      type: 'claude-code',
      credentials: { type: 'api-key', secretRef: { name: key.name } },
      podOverrides: { serviceAccountName: account.name },
    });
  });

  test('knows which key it reads, whoever names the Secret', () => {
    expectSynth((chart) => {
      const openai = new Secret(chart, 'openai', { metadata: { name: 'openai' }, stringData: { CODEX_API_KEY: 'x' } });
      new Task(chart, 'a', { agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(openai) }), prompt: 'A.' });
      new Task(chart, 'b', { agent: CodingAgent.claudeCode({ credentials: Credentials.oauth(SecretRef.fromName('openai')) }), prompt: 'B.' });
      new Task(chart, 'c', { agent: CodingAgent.codex({ credentials: Credentials.apiKey(openai) }), prompt: 'C.' });
    }, {
      refused: [
        '[fleet/a] agent.credentials: names a Secret without the key that is read from it, got "openai" with only CODEX_API_KEY; Claude Code with an API key reads ANTHROPIC_API_KEY; rename the key to ANTHROPIC_API_KEY, or pass the Secret that has it',
        '[fleet/b] agent.credentials: names a Secret without the key that is read from it, got "openai" with only CODEX_API_KEY; Claude Code with OAuth reads CLAUDE_CODE_OAUTH_TOKEN; rename the key to CLAUDE_CODE_OAUTH_TOKEN, or pass the Secret that has it',
      ],
    });
  });

  test('adds up the plugins of its configs', () => {
    expectSynth((chart) => {
      const half = 'x'.repeat(500_000);
      const agentConfigs = [
        new AgentConfig(chart, 'one', { plugins: [Plugin.inline('a', { skills: { a: half } })], skills: [Skill.fromGitHub('acme/skills')] }),
        new AgentConfig(chart, 'two', { plugins: [Plugin.inline('a', { skills: { b: half } }), Plugin.inline('skills-sh', {})] }),
      ];
      new Task(chart, 'task', { agent: CodingAgent.claudeCode({ credentials, agentConfigs }), prompt: 'Do it.' });
    }, {
      refused: [
        '[fleet/task] agent.agentConfigs: is too big, got 1000000 bytes of skills and agents; at most 921600 for a Task; move the larger part into a package and add it as a Skill',
        '[fleet/task] agent.agentConfigs: is used twice, got "a"; rename one of the plugins or merge them',
        '[fleet/task] agent.agentConfigs: is a reserved name, got "skills-sh"; packages of skills are installed under it; rename the plugin',
      ],
    });
  });

  test('has one service account', () => {
    expectSynth((chart) => {
      new Task(chart, 'task', { agent: CodingAgent.claudeCode({ credentials, serviceAccount: { name: 'a' }, podOverrides: { serviceAccountName: 'b' } }), prompt: 'Do it.' });
    }, { refused: ['[fleet/task] agent.serviceAccount: says the same thing twice; podOverrides.serviceAccountName is set too; keep one of them'] });
  });
});
