import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AGENT_TYPES, agentConfigResource, crds, CREDENTIAL_KEYS, kinds, resourceOf, type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { expect, onTestFinished, test } from 'vitest';
import { agentImages } from '../../src/embedded/agent-images.ts';
import { builtInResources } from '../../src/embedded/built-in-resources.ts';
import { podResource } from '../../src/embedded/pod.ts';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { startScriptedModel } from '../../src/testing/scripted-model.ts';
import { MCP_STDIO, serveMcp } from '../agent/cli/mcp-server.ts';
import { programOf } from '../agent/cli/real-run.ts';
import { git, servedRepository, temporaryDirectory } from '../agent/git-fixture.ts';
import { hostileScript } from '../agent/hostile.ts';
import { PlantedSecrets } from '../agent/planted-secrets.ts';
import { Laptop, NAMESPACE } from './process-runner/laptop.ts';

const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

const secrets = new PlantedSecrets();
const GIT_TOKEN = secrets.at('the token for git');
const DATABASE = secrets.at('a variable of podOverrides');
const SKILLS = secrets.at('the token for skills');
const SSH_KEY = secrets.at('the key for SSH');
const ALL_HAVE = [GIT_TOKEN, DATABASE, SSH_KEY, ...['a mounted file', 'a header', 'the spear'].map((place) => secrets.at(place))];
const OWN: Readonly<Record<string, string>> = Object.fromEntries(['claude-code', 'codex', 'gemini', 'opencode'].map((type) => [type, secrets.at(`the credential of ${type}`)]));

/** How each is given to the agent, and where its model is. */
const AGENTS: Readonly<Record<string, { credential: readonly [type: 'api-key' | 'oauth', value: string]; model: string; env: (url: string) => Readonly<Record<string, string>> }>> = {
  'claude-code': { credential: ['oauth', OWN['claude-code']!], model: 'sonnet', env: (url) => ({ ANTHROPIC_BASE_URL: url, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }) },
  'codex': { credential: ['oauth', JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: OWN['codex'] })], model: 'gpt-5.5', env: (url) => ({ OPENAI_BASE_URL: `${url}/v1` }) },
  'gemini': { credential: ['api-key', OWN['gemini']!], model: 'gemini-2.5-pro', env: (url) => ({ GOOGLE_GEMINI_BASE_URL: url }) },
  'opencode': { credential: ['api-key', OWN['opencode']!], model: 'script/claude-sonnet-5', env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_PURE: '1' }) },
};

test('no agent on a laptop tells a secret that it was given, in whatever becomes of it', async (context) => {
  for (const type of Object.keys(AGENTS)) await programOf(type, context);
  const { url: repo, bare } = await servedRepository({ auth: { username: 'x-access-token', password: GIT_TOKEN } });
  const model = await startScriptedModel({ script: hostileScript((type) => [...ALL_HAVE, OWN[type]!]) });
  onTestFinished(() => model.close());
  const mcp = await serveMcp('127.0.0.1');
  onTestFinished(() => mcp.close());
  // An installer of skills that fails, and says with what.
  const bin = join(temporaryDirectory(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npx'), '#!/bin/sh\necho "fatal: no skills for $GITHUB_TOKEN" >&2\nexit 1\n', { mode: 0o755 });
  const laptop = await Laptop.start({ images: agentImages({ env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, TASKWRIGHT_ISOLATED: '1' } }) });
  onTestFinished(() => laptop.stop());
  const { client, api } = laptop.engine;
  for (const crd of crds()) await client.create(CRDS, crd as unknown as KubeObject);
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(JSON.stringify([fields, message]));
  const metrics = new KubeMetrics();
  const image = (name: string) => ({ image: `ghcr.io/taskwright/${name}:latest` });
  const operator = startOperator({
    transport: api.transport, metrics, log: { debug: note, info: note, warn: note, error: note },
    images: { agents: Object.fromEntries(AGENT_TYPES.map((type) => [type, image(type)])), agentTools: image('agent-tools') },
  });
  onTestFinished(() => operator.stop());
  await operator.ready;

  const create = (resource: Resource, name: string, content: object) => laptop.create(resource, { metadata: { name }, ...content } as KubeObject & Record<string, unknown>);
  const secret = (name: string, data: Record<string, string>) => create(secretResource, name, { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) });
  await secret('git', { 'GITHUB_TOKEN': GIT_TOKEN, 'ssh-privatekey': `-----BEGIN KEY-----\n${SSH_KEY}\n-----END KEY-----\n`, 'known_hosts': 'example.com ssh-ed25519 AAAA' });
  await secret('own', { url: DATABASE });
  await secret('mounted', { 'tls.key': secrets.at('a mounted file') });
  await secret('skills', { GITHUB_TOKEN: SKILLS });
  await secret('headers', { Authorization: `Bearer ${secrets.at('a header')}` });
  await secret('spear', { token: secrets.at('the spear') });
  const provider = { script: { npm: '@ai-sdk/openai-compatible', options: { baseURL: `${model.url}/v1`, apiKey: '{env:SCRIPT_API_KEY}' }, models: { 'claude-sonnet-5': {} } } };
  const setupCommand = ['sh', '-c', 'env; echo "$GITHUB_TOKEN" >&2'];
  await create(workspaceResource, 'shop', { spec: { repo, secretRef: { name: 'git' }, files: [{ path: 'opencode.json', content: JSON.stringify({ provider }) }], setupCommand } });
  await create(agentConfigResource, 'tools', { spec: { agentsMD: 'Call me Ishmael.', mcpServers: [
    { name: 'web', type: 'http', url: `${mcp.url}/mcp`, headersFrom: { secretRef: { name: 'headers' } } },
    { name: 'local', type: 'stdio', command: process.execPath, args: [MCP_STDIO, `${mcp.url}/report`], env: [{ name: 'SPEAR_TOKEN', valueFrom: { secretKeyRef: { name: 'spear', key: 'token' } } }] },
  ] } });
  await create(agentConfigResource, 'skilled', { spec: { skills: [{ source: 'acme/skills', secretRef: { name: 'skills' } }] } });
  const mounts = { volumes: [{ name: 'tls', secret: { secretName: 'mounted' } }], volumeMounts: [{ name: 'tls', mountPath: '/etc/tls' }] };
  for (const [type, { credential: [kind, value], model: name, env }] of Object.entries(AGENTS)) {
    await secret(`key-of-${type}`, { [CREDENTIAL_KEYS[type as keyof typeof CREDENTIAL_KEYS][kind]]: value });
    const podOverrides = { ...mounts, env: [...Object.entries(env(model.url)).map(([variable, text]) => ({ name: variable, value: text })), { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'own', key: 'url' } } }] };
    await create(taskResource, type, { spec: {
      type, credentials: { type: kind, secretRef: { name: `key-of-${type}` } }, model: name, workspaceRef: { name: 'shop' }, branch: `docs/${type}`, agentConfigRefs: [{ name: 'tools' }], prompt: 'Write down the facts.', podOverrides,
    } });
  }
  await create(taskResource, 'unskilled', { spec: { type: 'gemini', credentials: { type: 'none' }, workspaceRef: { name: 'shop' }, agentConfigRefs: [{ name: 'skilled' }], prompt: 'Fix it' } });

  const ended = (task: Task | undefined) => task?.status?.phase === 'Succeeded' || task?.status?.phase === 'Failed';
  const tasks = await Promise.all(Object.keys(AGENTS).map((name) => laptop.until<Task>(name, ended, taskResource)));
  expect(model.errors).toEqual([]);
  expect(tasks.map((task) => [task!.metadata.name, task!.status!.message, task!.status!.results?.['commit']])).toEqual(
    Object.keys(AGENTS).map((name) => [name, 'Task completed successfully', git(bare, 'rev-parse', `docs/${name}`)]),
  );

  const unskilled = await laptop.until<Task>('unskilled', ended, taskResource);
  expect(unskilled!.status!.message).toContain('no skills for ***');

  const told: Record<string, string> = { 'log of the operator': lines.join('\n'), 'metrics': await metrics.text() };
  const served = [...builtInResources().filter(({ verbs }) => verbs.includes('list')), ...kinds.map((kind) => resourceOf(kind))];
  for (const resource of served.filter(({ kind }) => kind !== 'Secret')) told[`${resource.kind} ${resource.version}`] = JSON.stringify((await client.list(resource)).items);
  for (const { metadata } of (await client.list(podResource, { namespace: NAMESPACE })).items) {
    for (const container of metadata.labels?.['kelos.dev/task'] === 'unskilled' ? ['kelos-prepare'] : ['kelos-prepare', 'kelos-agent']) {
      told[`log of ${metadata.name} ${container}`] = await laptop.log(metadata.name!, { container });
    }
  }
  const left = readdirSync(laptop.dataDir, { recursive: true, encoding: 'utf8' }).filter((path) => ['.taskwright-result.json', '.taskwright-agent.jsonl'].includes(basename(path)));
  for (const path of left) told[path] = readFileSync(join(laptop.dataDir, path), 'utf8');
  expect(left).toHaveLength(2 * tasks.length);
  expect(secrets.toldIn(JSON.stringify((await client.list(secretResource)).items)).length).toBeGreaterThanOrEqual(secrets.all.length);
  expect(Object.entries(told).flatMap(([where, text]) => secrets.toldIn(text).map((one) => `${where}: ${one}`))).toEqual([]);
});
