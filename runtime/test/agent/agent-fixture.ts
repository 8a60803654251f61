import { readFileSync } from 'node:fs';
import type { AgentAdapter, AgentInput, AgentOutcome } from '../../src/agent/adapter.ts';

/** An input whose directories are those of a Pod. */
export function anInput(input: Partial<AgentInput> = {}): AgentInput {
  return { env: {}, cwd: '/workspace/repo', pluginDir: '/kelos/plugin', prompt: 'Fix it', isRoot: false, warn: () => {}, redact: (text) => text, ...input };
}

/** The events that the real program printed for a scripted model, in the version that is pinned. */
export function recorded(type: string, name: string): object[] {
  const text = readFileSync(new URL(`recorded/${type}/${name}.jsonl`, import.meta.url), 'utf8');
  return text.trim().split('\n').map((line) => JSON.parse(line) as object);
}

/** What a run with these events reads like, and what it came to. */
export async function readEvents(adapter: AgentAdapter, events: readonly unknown[], input: Partial<AgentInput> = {}): Promise<{ log: string[]; outcome: AgentOutcome }> {
  const reader = await adapter.reader(anInput(input));
  const log = events.flatMap((event) => reader.read(event));
  return { log, outcome: await reader.outcome() };
}
