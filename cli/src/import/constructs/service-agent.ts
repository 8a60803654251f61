import type { AgentSpec } from '@taskwright/schema';
import { call, enumMember, type Expression, literal, members } from '../expression.ts';
import type { Find, Props } from './find.ts';
import { durationOf } from './duration.ts';
import { list, optional } from './members.ts';
import { secretNamed } from './secret.ts';
import { telemetryOf, workloadProps } from './workload.ts';

/** The defaults of the schema are those of the API server: in a file they need not be. */
type Written<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [Name in keyof T]?: Written<T[Name]> | undefined } : T;
type Settings = Written<NonNullable<AgentSpec['config']>>;

const TOOL_CALLS: Readonly<Record<string, string>> = { auto: 'AUTO', native: 'NATIVE', string: 'TEXT' };
const HARNESSES = ['pi', 'claude', 'custom'];

export function serviceAgentProps({ modelAPI, model, mcpServers, agentNetwork, config, waitForDependencies, harness, ...workload }: AgentSpec, find: Find): Props {
  const network = agentNetwork as Written<typeof agentNetwork>;
  return {
    modelApi: find.find('ModelAPI', modelAPI),
    model: literal(model),
    tools: mcpServers && list(mcpServers.map((name) => find.find('MCPServer', name))),
    peers: network?.access && list(network.access.map((name) => find.find('Agent', name))),
    exposed: optional(network?.expose),
    ...config && settings(config),
    waitForDependencies: optional(waitForDependencies as boolean | undefined),
    ...workloadProps(workload, find),
    harness: harness && harnessOf(harness),
  };
}

function settings({ description, instructions, systemPrompt, reasoningLoopMaxSteps, toolCallMode, memory, telemetry, autonomous, taskConfig }: Settings): Props {
  return {
    description: optional(description),
    instructions: optional(instructions),
    systemPrompt: optional(systemPrompt),
    maxSteps: optional(reasoningLoopMaxSteps),
    toolCalls: toolCallMode && enumMember(`ToolCalls.${TOOL_CALLS[toolCallMode]}`),
    memory: memory && memoryOf(memory),
    telemetry: telemetryOf(telemetry),
    autonomous: autonomous && members({ goal: literal(autonomous.goal ?? ''), interval: time(autonomous.intervalSeconds), maxRoundTime: time(autonomous.maxIterRuntimeSeconds) }),
    backgroundTasks: taskConfig && members({ maxIterations: optional(taskConfig.maxIterations), maxTime: time(taskConfig.maxRuntimeSeconds), maxToolCalls: optional(taskConfig.maxToolCalls) }),
  };
}

function time(seconds: number | undefined): Expression | undefined {
  return seconds === undefined ? undefined : durationOf(seconds);
}

function memoryOf({ enabled, type, contextLimit, maxSessions, maxSessionEvents, memoryStore, scope, defaultReadScope, readScopes, clientParams, tools, failureMode }: NonNullable<Settings['memory']>): Expression | undefined {
  if (enabled === false) return call('AgentMemory.none');
  const scoped = (each: string) => enumMember(`MemoryScope.${each.toUpperCase()}`);
  if (memoryStore !== undefined) {
    return withOptions('AgentMemory.store', [literal(memoryStore)], {
      scope: scope && scoped(scope),
      defaultReadScope: defaultReadScope && scoped(defaultReadScope),
      readScopes: readScopes && list(readScopes.map(scoped)),
      tools: tools && enumMember(`MemoryTools.${tools.toUpperCase()}`),
      tokenBudget: optional(clientParams?.tokenBudget),
      rollingSummary: optional(clientParams?.rollingSummary),
      required: failureMode && literal(failureMode === 'strict'),
    });
  }
  const limits = { contextLimit: optional(contextLimit), maxSessions: optional(maxSessions), maxSessionEvents: optional(maxSessionEvents) };
  return withOptions(type === 'redis' ? 'AgentMemory.redis' : 'AgentMemory.local', [], limits);
}

function harnessOf({ runtime = '', workspace }: NonNullable<AgentSpec['harness']>): Expression {
  const isKnown = HARNESSES.includes(runtime);
  const { repoURL, branch, credentialsSecretRef } = (workspace ?? {}) as Written<NonNullable<typeof workspace>>;
  const options = workspace && members({ repo: optional(repoURL), branch: optional(branch), credentials: credentialsSecretRef && secretNamed(credentialsSecretRef.name ?? '') });
  return call(`AgentHarness.${isKnown ? runtime : 'fromName'}`, ...isKnown ? [] : [literal(runtime)], ...options ? [options] : []);
}

function withOptions(factory: string, first: readonly Expression[], options: Readonly<Record<string, Expression | undefined>>): Expression {
  const given = members(options);
  return given.members.length === 0 ? call(factory, ...first) : call(factory, ...first, given);
}
