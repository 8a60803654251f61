import { execFileSync } from 'node:child_process';
import type { Task as TaskObject } from '@taskwright/schema';
import { type Pod, type Secret, secretResource } from '@taskwright/schema/kubernetes';
import type { Chart } from 'cdk8s';
import { AgentConfig, CodingAgent, type CodingAgentOptions, Credentials, EnvValue, GitCredentials, McpServer, Plugin, SecretRef, Task, Workspace } from 'cdk8s-taskwright';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { podResource } from '../../src/embedded/pod.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { serveMcp } from '../agent/cli/mcp-server.ts';
import { hostileScript, LEAKS, WORK } from '../agent/hostile.ts';
import { PlantedSecrets } from '../agent/planted-secrets.ts';
import { kubectlOf, NAMESPACE, OPERATOR } from './install.ts';
import { type NodeCluster, startNodeCluster } from './node-cluster.ts';

const POLICIES: Resource = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true };

const secrets = new PlantedSecrets();
const GIT_TOKEN = secrets.at('the token for git');
const DATABASE = secrets.at('a variable of podOverrides');
const SSH_KEY = secrets.at('the key for SSH');
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Agent {
  readonly title: string;
  readonly make: (options: CodingAgentOptions) => CodingAgent;
  readonly key: string;
  readonly model: string;
  /** A part of the path at which it asks its model, as no other does. */
  readonly api: string;
  /** Where its model is, of the URL of the scripted one. */
  readonly env: (url: string) => Readonly<Record<string, string>>;
  readonly files?: (url: string) => Readonly<Record<string, string>>;
  readonly prompt: string;
  /** Left out: three answers of the scripted model. */
  readonly tokens?: readonly [input: string, output: string];
}

const FACTS = 'Write down the facts.';
const AGENTS: Readonly<Record<string, Agent>> = {
  'claude-code': { title: 'Claude Code', make: CodingAgent.claudeCode, key: 'ANTHROPIC_API_KEY', model: 'sonnet', api: '/v1/messages', env: (url) => ({ ANTHROPIC_BASE_URL: url }), prompt: FACTS },
  'codex': { title: 'Codex', make: CodingAgent.codex, key: 'CODEX_API_KEY', model: 'gpt-5.5', api: '/v1/responses', env: (url) => ({ OPENAI_BASE_URL: `${url}/v1` }), prompt: FACTS },
  'gemini': { title: 'Gemini', make: CodingAgent.gemini, key: 'GEMINI_API_KEY', model: 'gemini-2.5-pro', api: '/v1beta/', env: (url) => ({ GOOGLE_GEMINI_BASE_URL: url }), prompt: FACTS },
  'opencode': {
    title: 'OpenCode', make: CodingAgent.openCode, key: 'OPENCODE_API_KEY', model: 'script/claude-sonnet-5', api: '/v1/chat', env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1' }), prompt: FACTS,
    files: (url) => ({ 'opencode.json': JSON.stringify({ provider: { script: { npm: '@ai-sdk/openai-compatible', options: { baseURL: `${url}/v1`, apiKey: '{env:SCRIPT_API_KEY}' }, models: { 'claude-sonnet-5': {} } } } }) }),
  },
  'cursor': {
    title: 'a stand-in for Cursor', make: CodingAgent.cursor, key: 'CURSOR_API_KEY', model: 'gpt-5.5', api: '', env: () => ({ TASKWRIGHT_PRICES: '{"cursor:gpt-5.5":{"input":5,"cacheRead":0.5,"output":30}}' }),
    prompt: [...LEAKS, WORK, 'echo "$CURSOR_API_KEY $GITHUB_TOKEN"'].join('\n'), tokens: ['5200', '300'],
  },
};

let cluster: NodeCluster;
let mcp: Awaited<ReturnType<typeof serveMcp>>;
/** All at the same time, started by the first test that asks. */
let started: Promise<void> | undefined;

beforeAll(async () => {
  cluster = await startNodeCluster({
    gitPassword: GIT_TOKEN,
    script: hostileScript((type) => [GIT_TOKEN, DATABASE, SSH_KEY, ...['key', 'header', 'spear'].map((what) => secrets.at(`the ${what} of ${type}`))]),
  });
  mcp = await serveMcp(inject('node').host!);
  const secret = async (name: string, data: Record<string, string>) => {
    const object: Secret = { metadata: { namespace: NAMESPACE, name }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])) };
    await cluster.client.create(secretResource, object as KubeObject);
  };
  for (const [type, { key }] of Object.entries(AGENTS)) {
    await secret(`key-of-${type}`, { [key]: secrets.at(`the key of ${type}`) });
    await secret(`headers-of-${type}`, { Authorization: `Bearer ${secrets.at(`the header of ${type}`)}` });
    await secret(`spear-of-${type}`, { token: secrets.at(`the spear of ${type}`) });
  }
  await secret('git', { 'GITHUB_TOKEN': GIT_TOKEN, 'ssh-privatekey': `-----BEGIN KEY-----\n${SSH_KEY}\n-----END KEY-----\n`, 'known_hosts': 'example.com ssh-ed25519 AAAA' });
  await secret('own', { url: DATABASE });
});

afterAll(async () => {
  await mcp?.close();
  await cluster?.stop();
});

// What is tried again must not find what it left.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  await cluster.forget(Object.keys(AGENTS), Object.keys(AGENTS).map((type) => `docs/${type}`));
  started = undefined;
});

const hasImage = (type: string) => type === 'cursor' || inject('node').agents.includes(type);
const start = () => (started ??= cluster.apply((chart) => Object.keys(AGENTS).filter(hasImage).forEach((type) => declare(chart, type))));
const ended = async (type: string) => await cluster.task(type, ({ status }: TaskObject) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
const git = (...args: string[]) => execFileSync('git', ['--git-dir', cluster.repoDir, ...args], { encoding: 'utf8' }).trim();

function declare(chart: Chart, type: string): void {
  const { make, model, env, files, prompt } = AGENTS[type]!;
  const rules = new AgentConfig(chart, `${type}-rules`, {
    metadata: { name: `rules-of-${type}` }, agentsMd: 'Call me Ishmael.',
    plugins: [Plugin.inline('house', { skills: { release: '---\nname: release\ndescription: Releases the shop\n---\nTag it.\n' } })],
  });
  const tools = new AgentConfig(chart, `${type}-tools`, { metadata: { name: `tools-of-${type}` }, mcpServers: [
    McpServer.http('web', { url: `${mcp.url}/mcp`, headersFrom: SecretRef.fromName(`headers-of-${type}`) }),
    McpServer.stdio('local', { command: 'node', args: ['/workspace/repo/tools/mcp-stdio.ts', `${mcp.url}/report`], env: { SPEAR_TOKEN: EnvValue.fromSecret(SecretRef.fromName(`spear-of-${type}`), 'token') } }),
  ] });
  const workspace = new Workspace(chart, `${type}-shop`, {
    metadata: { name: `shop-of-${type}` }, repo: cluster.repo, credentials: GitCredentials.token(SecretRef.fromName('git')), files: files?.(cluster.model.url),
    setupCommand: ['sh', '-c', 'env; echo "$GITHUB_TOKEN" >&2; echo prepared > SETUP.md'],
  });
  new Task(chart, type, {
    metadata: { name: type }, workspace, branch: `docs/${type}`, prompt,
    agent: make({
      model, credentials: Credentials.apiKey(SecretRef.fromName(`key-of-${type}`)), agentConfigs: [rules, tools],
      podOverrides: { env: [...Object.entries(env(cluster.model.url)).map(([name, value]) => ({ name, value })), { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'own', key: 'url' } } }] },
    }),
  });
}

test.for(Object.entries(AGENTS))('%s works in its image as it does on a laptop', async ([type, { title, api, tokens = ['3000', '300'] }], context) => {
  if (!hasImage(type)) return context.skip(`${title} cannot be installed here`);
  await start();
  const { status } = await ended(type);
  expect(cluster.model.errors).toEqual([]);
  expect(status?.message).toBe('Task completed successfully');
  expect(status?.results).toEqual({
    'branch': `docs/${type}`, 'commit': git('rev-parse', `docs/${type}`), 'base-branch': 'main',
    'cost-usd': expect.stringMatching(/^0\.\d*[1-9]$/) as string, 'input-tokens': tokens[0], 'output-tokens': tokens[1], 'response': expect.any(String) as string,
  });
  // The stand-in has no model to tell what it was given: it fails if that is not there.
  if (type !== 'cursor') {
    const asked = JSON.stringify(cluster.model.requests.filter(({ path }) => path.includes(api)));
    expect(['Call me Ishmael.', 'Releases the shop'].filter((wanted) => !asked.includes(wanted))).toEqual([]);
    await expect.poll(() => [`Bearer ${secrets.at(`the header of ${type}`)}`, secrets.at(`the spear of ${type}`)].filter((secret) => !mcp.given.has(secret))).toEqual([]);
  }
  expect((await cluster.client.list(POLICIES, { namespace: NAMESPACE, labelSelector: `kelos.dev/task=${type}` })).items).toHaveLength(1);
  expect(git('show', `docs/${type}:USER.md`)).toBe('61100');
  expect(git('show', `docs/${type}:SETUP.md`)).toBe('prepared');
});

test('nothing that agents do tells a secret: in no object, log, event, message or metric', async () => {
  await start();
  const kubectl = kubectlOf(inject('node'));
  const pods = (await cluster.client.list<Pod & KubeObject>(podResource, {})).items;
  for (const type of Object.keys(AGENTS).filter(hasImage)) await ended(type);
  const kinds = (await kubectl(['api-resources', '--verbs=list', '--output=name'])).trim().split('\n');
  const told: Record<string, string> = {
    objects: await kubectl(['get', kinds.filter((kind) => kind !== 'secrets').join(), '--all-namespaces', '--output=json', '--show-managed-fields', '--ignore-not-found']),
  };
  for (const { metadata, status } of pods) {
    told[`log of ${metadata.name}`] = await kubectl(['--namespace', metadata.namespace!, 'logs', metadata.name!, '--all-containers']);
    if (metadata.namespace === OPERATOR.namespace) told[`metrics of ${metadata.name}`] = await (await fetch(`http://${status!.podIP}:8080/metrics`)).text();
  }
  expect(Object.keys(told).length).toBeGreaterThan(5);
  expect(Object.entries(told).flatMap(([where, text]) => secrets.toldIn(text).map((secret) => `${where}: ${secret}`))).toEqual([]);
  // Where they may be, the same search finds every one.
  const found = secrets.toldIn(await kubectl(['get', 'secrets', '--all-namespaces', '--output=json']));
  expect([...new Set(found.map((place) => place.split(', ')[0]))]).toHaveLength(secrets.all.length);
});
