import type { TaskSpec, WorkerSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find, Props } from './construct.ts';
import { durationOf } from './duration.ts';
import { secretNamed } from './secret.ts';

const FACTORIES: Readonly<Record<string, string>> = {
  'claude-code': 'CodingAgent.claudeCode',
  'codex': 'CodingAgent.codex',
  'gemini': 'CodingAgent.gemini',
  'opencode': 'CodingAgent.openCode',
  'cursor': 'CodingAgent.cursor',
};

/** A Task whose agent is said in `worker` or by a pool; older ones, with the deprecated fields, have no construct. */
export function taskProps({ prompt, worker, workerPoolRef, branch, dependsOn, upstreamRepo, ttlSecondsAfterFinished, podFailurePolicy, model, effort }: TaskSpec, { find, typed }: Find): Props | undefined {
  const agent = workerPoolRef ? pooledAgent(workerPoolRef.name, { model, effort }) : worker && inlineAgent(worker, { find, typed });
  if (!agent) return undefined;
  return {
    agent,
    workspace: worker?.workspaceRef && find('Workspace', worker.workspaceRef.name),
    branch: text(branch),
    dependsOn: dependsOn && { kind: 'list', items: dependsOn.map((name) => find('Task', name)) },
    upstreamRepo: upstreamRepo === undefined ? undefined : literal(upstreamRepo, true),
    ...ttlSecondsAfterFinished !== undefined && { ttlAfterFinished: durationOf(ttlSecondsAfterFinished) },
    podFailurePolicy: podFailurePolicy && typed(podFailurePolicy, 'podFailurePolicy'),
    prompt: literal(prompt),
  };
}

function pooledAgent(name: string, options: Readonly<Record<string, string | undefined>>): Expression {
  const changes = members(Object.fromEntries(Object.entries(options).map(([option, value]) => [option, text(value)])));
  const pool = call('WorkerPool.fromWorkerPoolName', literal(name));
  return changes.members.length === 0 ? call('CodingAgent.fromWorkerPool', pool) : call('CodingAgent.fromWorkerPool', pool, changes);
}

function inlineAgent({ type = '', credentials, model, effort, image, agentConfigRefs, podOverrides }: WorkerSpec, { find, typed }: Find): Expression | undefined {
  const factory = FACTORIES[type];
  if (factory === undefined || credentials === undefined) return undefined;
  const options = members({
    type: image === undefined || type === 'claude-code' ? undefined : literal(type, true),
    credentials: credentialsOf(credentials),
    model: text(model),
    effort: text(effort),
    agentConfigs: agentConfigRefs && { kind: 'list', items: agentConfigRefs.map(({ name }) => find('AgentConfig', name)) },
    podOverrides: podOverrides && typed(podOverrides, 'worker', 'podOverrides'),
  });
  return image === undefined ? call(factory, options) : call('CodingAgent.custom', literal(image), options);
}

function credentialsOf({ type, secretRef }: NonNullable<WorkerSpec['credentials']>): Expression {
  if (type === 'none' || secretRef === undefined) return call('Credentials.none');
  return call(type === 'oauth' ? 'Credentials.oauth' : 'Credentials.apiKey', secretNamed(secretRef.name));
}

function text(value: string | undefined): Expression | undefined {
  return value === undefined ? undefined : literal(value);
}
