import type { Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { AgentConfig, CodingAgent, Credentials, McpServer, Task, Taskwright } from '../../src';
import { expectSynth } from '../expect-synth';

/** A program that runs without the compiler, as `node main.ts` does. */
interface Row {
  readonly it: string;
  readonly program: (chart: Chart) => unknown;
  readonly refused: string;
}

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const wrong = (value: unknown) => value as never;

test.each<Row>([
  {
    it: 'an agent by its name',
    program: (chart) => new Task(chart, 'fix', { agent: wrong('claude'), prompt: 'x' }),
    refused: 'agent: has the wrong type, got a string; pass CodingAgent.claudeCode({ … }) or another',
  },
  {
    it: 'credentials as a text, which is not repeated',
    program: (chart) => new Task(chart, 'fix', { agent: CodingAgent.claudeCode({ credentials: wrong('sk-secret') }), prompt: 'x' }),
    refused: 'agent.credentials: has the wrong type, got a string; pass Credentials.apiKey(secret), .oauth(secret) or .none()',
  },
  {
    it: 'a single AgentConfig',
    program: (chart) => new Task(chart, 'fix', { agent: CodingAgent.claudeCode({ credentials: Credentials.none(), agentConfigs: wrong(new AgentConfig(chart, 'rules')) }), prompt: 'x' }),
    refused: 'agent.agentConfigs: has the wrong type, got an object; it has to be a list',
  },
  {
    it: 'a number as a duration',
    program: (chart) => new Task(chart, 'fix', { agent, prompt: 'x', ttlAfterFinished: wrong(60) }),
    refused: 'ttlAfterFinished: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)',
  },
  {
    it: 'an MCP server as YAML has it',
    program: (chart) => new AgentConfig(chart, 'fix', { mcpServers: [wrong({ name: 'docs', url: 'https://docs.example.com' })] }),
    refused: 'mcpServers[0]: has the wrong type, got an object; pass McpServer.stdio(name, { … }), .http(…) or .sse(…)',
  },
  {
    it: 'a variable as a text',
    program: (chart) => new AgentConfig(chart, 'fix', { mcpServers: [McpServer.stdio('docs', { command: 'docs', env: { LEVEL: wrong('debug') } })] }),
    refused: 'mcpServers[0].env.LEVEL: has the wrong type, got a string; pass EnvValue.fromValue(text), .fromSecret(…) or .fromConfigMap(…)',
  },
  {
    it: 'a plugin and a skill that are not there',
    program: (chart) => new AgentConfig(chart, 'fix', { plugins: [wrong(undefined)] }),
    refused: 'plugins[0]: has the wrong type, got nothing; pass Plugin.inline(name, { … })',
  },
])('$it is refused with what to pass instead', ({ program, refused }) => {
  expectSynth((chart) => void program(chart), { refused: [`[fleet/fix] ${refused}`] });
});

test.each<Row>([
  { it: 'dependsOn', program: (chart) => new Task(chart, 'fix', { agent, prompt: 'x', dependsOn: wrong(new Task(chart, 'plan', { agent, prompt: 'x' })) }), refused: '[fleet/fix] dependsOn: has the wrong type, got an object; it has to be a list' },
  { it: 'watchNamespaces', program: (chart) => new Taskwright(chart, 'fix', { watchNamespaces: wrong('team-a') }), refused: '[fleet/fix] watchNamespaces: has the wrong type, got a string; it has to be a list' },
])('$it that is no list is refused at its line', ({ program, refused }) => {
  expect(() => expectSynth((chart) => void program(chart), [])).toThrow(refused);
});
