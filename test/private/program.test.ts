import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-34';
import { CodingAgent, Credentials, SecretRef, Task, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });

describe('one synth', () => {
  test('reports every mistake of a program, each with its place and what to do', () => {
    expectSynth((chart) => {
      const secret = new Secret(chart, 'key', { metadata: { name: 'claude' }, stringData: { CODEX_API_KEY: 'sk-not-to-be-seen' } });
      new Task(chart, 'fix', {
        agent: CodingAgent.claudeCode({
          credentials: Credentials.apiKey(secret),
          podOverrides: { volumes: [{ name: 'kelos-cache', emptyDir: {} }] },
        }),
        workspace: { name: 'shop' },
        prompt: 'Fix it.',
        ttlSecondsAfterFinished: -60,
      });
      new Workspace(chart, 'repo', { repo: 'github.com/acme/shop' });
    }, {
      refused: [
        '[fleet/fix] ttlSecondsAfterFinished: is too small, got -60; at least 0',
        expect.stringMatching(/^\[fleet\/fix\] workspace: refers to something that this program does not define, got Workspace "shop"; this program defines fleet-repo-\w+; define it, or pass Workspace.fromWorkspaceName\("shop"\) if it exists already$/),
        '[fleet/fix] agent.credentials: names a Secret without the key that is read from it, got "claude" with only CODEX_API_KEY; Claude Code with an API key reads ANTHROPIC_API_KEY; rename the key to ANTHROPIC_API_KEY, or pass the Secret that has it',
        '[fleet/fix] agent.podOverrides.volumes[0].name: is a reserved name, got "kelos-cache"; workspace and every name that begins with kelos- belong to the operator; rename the volume',
        '[fleet/repo] repo: is not a usable URL, got "github.com/acme/shop"; it has to look like https://host/owner/repo.git, http://…, git://… or git@host:owner/repo.git',
      ],
    });
  });

  test('reports each mistake once, however many charts there are', () => {
    const app = new App();
    new Task(new Chart(app, 'one'), 'fix', { agent: claude, prompt: '' });
    new Task(new Chart(app, 'two'), 'fix', { agent: claude, prompt: '' });
    expect(() => app.synthYaml()).toThrow('Validation failed with the following errors:\n  [one/fix] prompt: is missing; say what the agent should do\n  [two/fix] prompt: is missing; say what the agent should do');
  });

  test('sees objects that were added after an earlier synth, and those of YAML', () => {
    const app = new App();
    const chart = new Chart(app, 'fleet');
    new Task(chart, 'fix', { agent: claude, prompt: 'Fix it.', workspace: { name: 'shop' } });
    expect(() => app.synthYaml()).toThrow('[fleet/fix] workspace');
    new Workspace(chart, 'shop', { metadata: { name: 'shop' }, repo: 'https://github.com/acme/shop.git' });
    expect(app.synthYaml()).toContain('kind: Workspace');
  });

  test('does not throw while the program still runs, whatever it is given', () => {
    const nothing = undefined as never;
    expectSynth((chart) => {
      new Workspace(chart, 'repo', { repo: nothing });
      new Task(chart, 'a', { agent: nothing, prompt: nothing });
      new Task(chart, 'b', { agent: CodingAgent.codex({ credentials: nothing, agentConfigs: [nothing] }), prompt: 'B.', dependsOn: [nothing], workspace: { name: nothing } });
      new Task(chart, 'c', { agent: CodingAgent.codex({ credentials: Credentials.apiKey(nothing) }), prompt: 'C.' });
    }, { refused: [
      '[fleet/repo] repo: is missing',
      '[fleet/a] prompt: is missing',
      '[fleet/a] agent: is missing; pass CodingAgent.claudeCode({ … }) or another',
      '[fleet/b] workspace: refers to something that this program does not define, got nothing; define one with new Workspace(…), or pass Workspace.fromWorkspaceName(…) if it exists already',
      '[fleet/b] agent.credentials: is missing; pass Credentials.apiKey(secret), .oauth(secret) or .none()',
      '[fleet/b] agent.agentConfigs[0]: refers to something that this program does not define, got nothing; define one with new AgentConfig(…), or pass AgentConfig.fromAgentConfigName(…) if it exists already',
      '[fleet/b] dependsOn[0]: refers to something that this program does not define, got nothing; define one with new Task(…), or pass Task.fromTaskName(…) if it exists already',
      '[fleet/c] agent.credentials: is missing; it needs a Secret; pass the Secret, or SecretRef.fromName(…)',
    ] });
  });
});
