import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { AgentConfig, EnvValue, McpServer, Plugin, SecretRef, Skill } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

describe('an AgentConfig', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth((chart) => new AgentConfig(chart, 'rules'), [
      { apiVersion: 'kelos.dev/v1alpha2', kind: 'AgentConfig', metadata: { name: 'fleet-rules-c8ea3be4' }, spec: {} },
    ]);
  });

  test('is rendered with everything that can be asked for', () => {
    expectSynth((chart) => {
      const config = new AgentConfig(chart, 'rules', { metadata: { name: 'rules' }, agentsMd: 'Be kind.' });
      config.addPlugin(Plugin.inline('house', { skills: { release: '# Release' }, agents: { tester: 'You test.' } }));
      config.addSkill(Skill.fromGitHub('acme/skills', { skill: 'review', token: SecretRef.fromName('gh') }));
      config.addSkill(Skill.fromGit('https://git.example.com/skills.git'));
      config.addMcpServer(McpServer.stdio('db', {
        command: 'db-mcp',
        args: ['--read-only'],
        env: {
          LEVEL: EnvValue.fromValue('info'),
          PASSWORD: EnvValue.fromSecret(SecretRef.fromName('db'), 'password'),
          HOST: EnvValue.fromConfigMap({ name: 'db' }, 'host', { optional: true }),
        },
        envFrom: SecretRef.fromName('db-env'),
      }));
      config.addMcpServer(McpServer.http('docs', { url: 'https://docs.example.com/mcp', headers: { 'X-Team': 'shop' }, headersFrom: SecretRef.fromName('docs') }));
      config.addMcpServer(McpServer.sse('old', { url: 'http://old.example.com/sse' }));
    }, [
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'AgentConfig',
        metadata: { name: 'rules' },
        spec: {
          agentsMD: 'Be kind.',
          plugins: [{ name: 'house', skills: [{ name: 'release', content: '# Release' }], agents: [{ name: 'tester', content: 'You test.' }] }],
          skills: [{ source: 'acme/skills', skill: 'review', secretRef: { name: 'gh' } }, { source: 'https://git.example.com/skills.git' }],
          mcpServers: [
            {
              name: 'db',
              type: 'stdio',
              command: 'db-mcp',
              args: ['--read-only'],
              env: [
                { name: 'LEVEL', value: 'info' },
                { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
                { name: 'HOST', valueFrom: { configMapKeyRef: { name: 'db', key: 'host', optional: true } } },
              ],
              envFrom: { secretRef: { name: 'db-env' } },
            },
            { name: 'docs', type: 'http', url: 'https://docs.example.com/mcp', headers: { 'X-Team': 'shop' }, headersFrom: { secretRef: { name: 'docs' } } },
            { name: 'old', type: 'sse', url: 'http://old.example.com/sse' },
          ],
        },
      },
    ]);
  });

  test('says what is wrong with its plugins, skills and servers', () => {
    expectSynth((chart) => {
      new AgentConfig(chart, 'rules', {
        plugins: [
          Plugin.inline('skills-sh', { skills: { 'a/b': '' } }),
          Plugin.inline('big', { agents: { writer: 'x'.repeat(921_601) } }),
          Plugin.inline('big', {}),
        ],
        skills: [Skill.fromGitHub('a/b/c')],
        mcpServers: [McpServer.stdio('db', { command: '', env: { 'A=B': EnvValue.fromValue('') } }), McpServer.http('db', { url: 'docs.example.com' })],
      });
    }, {
      refused: [
        '[fleet/rules] plugins: is too big, got 921601 bytes of skills and agents; at most 921600 for a Task; move the larger part into a package and add it as a Skill',
        '[fleet/rules] plugins: is used twice, got "big"; rename one of the plugins or merge them',
        '[fleet/rules] plugins: is a reserved name, got "skills-sh"; packages of skills are installed under it; rename the plugin',
        '[fleet/rules] plugins[0].skills: is not a usable name, got "a/b"; it must not be empty, . or .. nor hold / or \\',
        '[fleet/rules] skills[0].source: does not have the right form, got "a/b/c"; it has to be owner/repo',
        '[fleet/rules] mcpServers[0].command: is missing; name the program to run',
        '[fleet/rules] mcpServers[0].env: is not a usable name, got "A=B"; it must not be empty nor hold =',
        '[fleet/rules] mcpServers[1].url: is not a usable URL, got "docs.example.com"; it has to begin with http:// or https://',
        '[fleet/rules] mcpServers: is used twice, got "db"; rename one of them',
      ],
    });
  });

  test('keeps an unknown field that a JSON patch adds', () => {
    const chart = new Chart(new App(), 'fleet');
    ApiObject.of(new AgentConfig(chart, 'rules')).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', true));
    expect(chart.toJson()[0].spec).toEqual({ fromTheFuture: true });
  });
});
