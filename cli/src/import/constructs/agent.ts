import type { TaskSpawnerSpec, WorkerSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find } from './find.ts';
import { byName } from './members.ts';
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

/** The credentials of a spawner, of which each agent gets one. */
export type Pool = TaskSpawnerSpec['credentials'];

/** An agent with a Pod of its own; one that says too little has no construct. */
export function inlineAgent({ type = '', credentials, model, effort, image, agentConfigRefs, podOverrides }: WorkerSpec, { find, typed }: Find, pool?: Pool): Expression | undefined {
  const factory = FACTORIES[type];
  if (factory === undefined || (credentials === undefined && pool === undefined)) return undefined;
  const options = members({
    type: image === undefined || type === 'claude-code' ? undefined : literal(type, true),
    credentials: pool ? call('Credentials.pool', byName(pool, credentialsOf)) : credentialsOf(credentials!),
    model: textOf(model),
    effort: textOf(effort),
    agentConfigs: agentConfigRefs && { kind: 'list', items: agentConfigRefs.map(({ name }) => find('AgentConfig', name)) },
    podOverrides: podOverrides && typed(podOverrides, 'worker', 'podOverrides'),
  });
  return image === undefined ? call(factory, options) : call('CodingAgent.custom', literal(image), options);
}

function credentialsOf({ type, secretRef }: Pick<NonNullable<WorkerSpec['credentials']>, 'type' | 'secretRef'>): Expression {
  if (type === 'none' || secretRef === undefined) return call('Credentials.none');
  return call(type === 'oauth' ? 'Credentials.oauth' : 'Credentials.apiKey', secretNamed(secretRef.name));
}

export function textOf(value: string | undefined): Expression | undefined {
  return value === undefined ? undefined : literal(value);
}
