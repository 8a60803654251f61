import { StepError } from '../step-error.ts';
import type { AgentAdapter } from './adapter.ts';
import { claudeCode } from './claude-code.ts';

const ADAPTERS: readonly AgentAdapter[] = [claudeCode];

/** The agent that `KELOS_AGENT_TYPE` names. */
export function adapterFor(type: string | undefined): AgentAdapter {
  const adapter = ADAPTERS.find((candidate) => candidate.type === type);
  if (adapter) return adapter;
  throw new StepError(`KELOS_AGENT_TYPE: ${JSON.stringify(type ?? '')} is not an agent this program runs; it runs ${ADAPTERS.map((known) => known.type).join(', ')}`, 2);
}
