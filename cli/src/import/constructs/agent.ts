import type { WorkerSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find } from './construct.ts';
import { secretNamed } from './secret.ts';

const FACTORIES: Readonly<Record<string, string>> = {
  'claude-code': 'CodingAgent.claudeCode',
  'codex': 'CodingAgent.codex',
  'gemini': 'CodingAgent.gemini',
  'opencode': 'CodingAgent.openCode',
  'cursor': 'CodingAgent.cursor',
};

/** Whatever agent a pool runs, with what the Task changes. */
export function pooledAgent(pool: Expression, options: Readonly<Record<string, string | undefined>>): Expression {
  const changes = members(Object.fromEntries(Object.entries(options).map(([option, value]) => [option, textOf(value)])));
  return changes.members.length === 0 ? call('CodingAgent.fromWorkerPool', pool) : call('CodingAgent.fromWorkerPool', pool, changes);
}

/** An agent with a Pod of its own; one that says too little has no construct. */
export function inlineAgent({ type = '', credentials, model, effort, image, agentConfigRefs, podOverrides }: WorkerSpec, { find, typed }: Find): Expression | undefined {
  const factory = FACTORIES[type];
  if (factory === undefined || credentials === undefined) return undefined;
  const options = members({
    type: image === undefined || type === 'claude-code' ? undefined : literal(type, true),
    credentials: credentialsOf(credentials),
    model: textOf(model),
    effort: textOf(effort),
    agentConfigs: agentConfigRefs && { kind: 'list', items: agentConfigRefs.map(({ name }) => find('AgentConfig', name)) },
    podOverrides: podOverrides && typed(podOverrides, 'worker', 'podOverrides'),
  });
  return image === undefined ? call(factory, options) : call('CodingAgent.custom', literal(image), options);
}

function credentialsOf({ type, secretRef }: NonNullable<WorkerSpec['credentials']>): Expression {
  if (type === 'none' || secretRef === undefined) return call('Credentials.none');
  return call(type === 'oauth' ? 'Credentials.oauth' : 'Credentials.apiKey', secretNamed(secretRef.name));
}

export function textOf(value: string | undefined): Expression | undefined {
  return value === undefined ? undefined : literal(value);
}
