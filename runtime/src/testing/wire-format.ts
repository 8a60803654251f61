import type { IncomingHttpHeaders } from 'node:http';

/** A call of one of the agent's tools, such as `{ name: 'Bash', input: { command: 'git status' } }`. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface TurnUsage {
  /** @default 1,000 */
  readonly inputTokens?: number;
  /** @default 100 */
  readonly outputTokens?: number;
  /** Read from the prompt cache; not part of `inputTokens`. */
  readonly cacheReadTokens?: number;
  /** Written to the prompt cache; not part of `inputTokens`. Only Anthropic's endpoint tells it. */
  readonly cacheWriteTokens?: number;
}

/**
 * What goes wrong in place of a turn, as it does with the real endpoints: `rate-limited` (429), `overloaded` (529 of Anthropic, 503 elsewhere),
 * `malformed` (an event stream cut inside its JSON), `hang` (accepted and never answered), `unauthorized` (401; Gemini says 400).
 */
export type ModelFault = 'rate-limited' | 'overloaded' | 'malformed' | 'hang' | 'unauthorized';

/** The answer of a model, in no format yet. */
export interface ScriptedMessage {
  readonly id: string;
  readonly model: string;
  /** Which answer of the conversation this is; makes the ids of its tool calls unique in it. */
  readonly index: number;
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
  readonly usage?: TurnUsage;
}

/** What a script may depend on. */
export interface Conversation {
  readonly model: string;
  /** What the user asked, without what the CLI adds. */
  readonly prompt: string;
  /** The agent's working directory, as the CLI tells the model. Empty for other clients. */
  readonly cwd: string;
  readonly tools: readonly string[];
}

export interface OfferedTool {
  readonly name: string;
  /** Arguments that it cannot do without. */
  readonly required: readonly string[];
}

/** A request, as far as a script is concerned. */
export interface ModelRequest {
  readonly conversation: Conversation;
  readonly stream: boolean;
  /** How many answers the conversation already has. */
  readonly answers: number;
  readonly tools: readonly OfferedTool[];
  /** The ids of tool calls that nobody answered; the real endpoints refuse such a conversation. */
  readonly openCalls: readonly string[];
  /** Tells apart two agents that ask the same. */
  readonly session: string;
}

export interface Refusal {
  readonly status: number;
  readonly body: object;
}

/** What is particular to one API of language models. Another is another file beside this one, and its line in `scripted-model.ts`. */
export interface WireFormat {
  /** Whether a request to this path belongs to it. */
  accepts(path: string): boolean;
  /** Answers what is around the conversations. Undefined: the path is a conversation. */
  aside?(path: string, body: string): object | undefined;
  isAuthorized(headers: IncomingHttpHeaders): boolean;
  /** Throws for a request that the real endpoint would not take either. */
  read(path: string, body: unknown, headers: IncomingHttpHeaders): ModelRequest;
  /** The answer in one piece. */
  message(scripted: ScriptedMessage): object;
  /** The same answer as the pieces of an event stream. */
  events(scripted: ScriptedMessage, request: unknown): Iterable<string>;
  /** What an event stream begins with that is cut inside its JSON. */
  readonly cutStream: string;
  refusal(fault: Extract<ModelFault, 'rate-limited' | 'overloaded' | 'unauthorized'> | 'malformed-request', message: string): Refusal;
}

/** Streams arrive in pieces of any size; small ones show what a client does with that. */
const PIECE_CHARACTERS = 40;

export function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE_CHARACTERS) yield text.slice(at, at + PIECE_CHARACTERS);
}
