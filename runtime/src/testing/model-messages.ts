/** A call of one of the agent's tools, such as `{ name: 'Bash', input: { command: 'git status' } }`. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface TurnUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Read from the prompt cache; not part of `inputTokens`. */
  readonly cacheReadTokens?: number;
  /** Written to the prompt cache; not part of `inputTokens`. */
  readonly cacheWriteTokens?: number;
}

export interface ScriptedMessage {
  readonly id: string;
  readonly model: string;
  /** Which answer of the conversation this is; makes the ids of its tool calls unique in it. */
  readonly index: number;
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
  readonly usage?: TurnUsage;
}

type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Streams arrive in pieces of any size; small ones show what a client does with that. */
const PIECE_CHARACTERS = 40;

/** An answer of the Messages API in one piece. */
export function messageOf({ id, model, index, text, tools = [], usage = {} }: ScriptedMessage) {
  return {
    id, type: 'message', role: 'assistant', model,
    content: [
      ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
      ...tools.map(({ name, input }, call) => ({ type: 'tool_use' as const, id: `toolu_${index}_${call}`, name, input })),
    ],
    stop_reason: tools.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: usage.inputTokens ?? 1_000,
      output_tokens: usage.outputTokens ?? 100,
      cache_read_input_tokens: usage.cacheReadTokens ?? 0,
      cache_creation_input_tokens: usage.cacheWriteTokens ?? 0,
    },
  };
}

/** The same answer as the events of a stream. */
export function* eventsOf(scripted: ScriptedMessage): Generator<StreamEvent> {
  const { content, stop_reason, usage, ...message } = messageOf(scripted);
  yield { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } };
  for (const [index, block] of content.entries()) {
    const isText = block.type === 'text';
    yield { type: 'content_block_start', index, content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} } };
    for (const piece of piecesOf(isText ? block.text : JSON.stringify(block.input))) {
      yield { type: 'content_block_delta', index, delta: isText ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece } };
    }
    yield { type: 'content_block_stop', index };
  }
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage };
  yield { type: 'message_stop' };
}

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE_CHARACTERS) yield text.slice(at, at + PIECE_CHARACTERS);
}
