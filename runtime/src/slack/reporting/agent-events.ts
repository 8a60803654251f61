import { z } from 'zod';
import { toolActivity } from './tool-activity.ts';

/** The agent said something, or does something. */
export type Happening = { readonly said: string } | { readonly activity: string };

const text = z.string().catch('');
const parameters = z.record(z.string(), z.unknown()).catch({});
const block = z.object({ type: text, text, name: text, input: parameters });
const event = z.object({
  type: text, text, role: text, content: text, delta: z.boolean().catch(false), tool_name: text, parameters,
  message: z.object({ content: z.array(block).catch([]) }).optional().catch(undefined),
  item: z.object({ type: text, text, command: text }).optional().catch(undefined),
  part: z.object({ text }).optional().catch(undefined),
});
type AgentEvent = z.infer<typeof event>;

/** What an event of an agent's own output tells, in the order in which it happened. An agent that is not known tells nothing; one that is not named is taken for Claude Code. */
export function agentEvents(agent: string, raw: unknown): readonly Happening[] {
  const parsed = event.safeParse(raw);
  return parsed.success ? (READERS.get(agent)?.(parsed.data) ?? []) : [];
}

const READERS: ReadonlyMap<string, (event: AgentEvent) => readonly Happening[]> = new Map([
  ['', claude], ['claude-code', claude], ['cursor', claude], ['codex', codex], ['gemini', gemini], ['opencode', opencode],
]);

/** The texts of one turn are one; a turn that only uses tools does not take back what was said. */
function claude({ type, message }: AgentEvent): Happening[] {
  if (type !== 'assistant' || !message) return [];
  const said = message.content.filter((part) => part.type === 'text' && part.text.trim() !== '').map((part) => part.text).join('\n');
  const last = message.content.findLast((part) => part.type === 'text' || part.type === 'tool_use');
  return [
    ...(said === '' ? [] : [{ said }]),
    ...(last?.type === 'tool_use' ? [{ activity: toolActivity(last.name, argumentIn(last.input)) }] : []),
  ];
}

function codex({ type, item }: AgentEvent): Happening[] {
  if (type === 'item.started' && item?.type === 'command_execution') return [{ activity: toolActivity('shell', item.command) }];
  return type === 'item.completed' && item?.type === 'agent_message' && item.text !== '' ? [{ said: item.text }] : [];
}

function gemini({ type, role, content, delta, tool_name: tool, parameters: input }: AgentEvent): Happening[] {
  if (type === 'tool_use') return [{ activity: /^(?:Glob|Grep)$/.test(tool) ? 'Searching...' : toolActivity(tool, argumentIn(input)) }];
  return type === 'message' && role === 'assistant' && !delta && content !== '' ? [{ said: content }] : [];
}

function opencode({ type, text: said, part }: AgentEvent): Happening[] {
  if (type === 'step_start') return [{ activity: 'Working...' }];
  const words = said || part?.text || '';
  return type === 'text' && words !== '' ? [{ said: words }] : [];
}

const ARGUMENTS = ['command', 'pattern', 'query', 'file_path', 'absolute_path', 'path'];

function argumentIn(input: Readonly<Record<string, unknown>>): string {
  const name = ARGUMENTS.find((candidate) => typeof input[candidate] === 'string');
  return name === undefined ? '' : (input[name] as string);
}
