import { readdirSync } from 'node:fs';
import type { AgentAdapter } from './adapter.ts';
import { StepError } from './step-error.ts';

const FOLDER = new URL('./adapters/', import.meta.url);
/** An adapter is TypeScript here, and JavaScript where this is compiled. */
const ADAPTER = /^([a-z0-9-]+)\.([jt]s)$/;

/** The types of all agents that this program runs: whatever has a file in `adapters/`. */
export function agentTypes(): string[] {
  return [...files().keys()].sort();
}

/** The agent that `KELOS_AGENT_TYPE` names. */
export async function adapterFor(type: string | undefined): Promise<AgentAdapter> {
  const file = files().get(type ?? '');
  if (file === undefined) {
    throw new StepError(`KELOS_AGENT_TYPE: ${JSON.stringify(type ?? '')} is not an agent this program runs; it runs ${agentTypes().join(', ')}`, 2);
  }
  return ((await import(new URL(file, FOLDER).href)) as { adapter: AgentAdapter }).adapter;
}

function files(): Map<string, string> {
  return new Map(readdirSync(FOLDER).flatMap((file) => {
    const [, type] = ADAPTER.exec(file) ?? [];
    return type === undefined ? [] : [[type, file]];
  }));
}
