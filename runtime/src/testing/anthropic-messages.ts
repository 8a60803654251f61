import { z } from 'zod';
import { piecesOf, type ScriptedMessage, type WireFormat } from './wire-format.ts';

type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;
type MessagesRequest = z.infer<typeof messagesRequest>;

const tool = z.looseObject({ name: z.string(), input_schema: z.looseObject({ required: z.array(z.string()).default([]) }).optional() });
const block = z.looseObject({ type: z.string(), text: z.string().optional(), id: z.string().optional(), tool_use_id: z.string().optional() });
const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) });
const messagesRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(block)]).default(''),
  tools: z.array(tool).default([]),
});

const REFUSALS = {
  'rate-limited': [429, 'rate_limit_error'],
  overloaded: [529, 'overloaded_error'],
  unauthorized: [401, 'authentication_error'],
  'malformed-request': [400, 'invalid_request_error'],
} as const;

/** Anthropic's Messages API, which Claude Code speaks. */
export const anthropicMessages: WireFormat = {
  accepts: (path) => path === '/v1/messages' || path === '/v1/messages/count_tokens',
  // About four bytes make a token; the CLI only needs the order of magnitude.
  aside: (path, body) => (path === '/v1/messages' ? undefined : { input_tokens: Math.ceil(body.length / 4) }),
  isAuthorized: (headers) => Boolean(headers['x-api-key'] ?? headers.authorization),
  read(_, body, headers) {
    const request = messagesRequest.parse(body);
    return {
      conversation: conversationOf(request),
      stream: request.stream,
      answers: request.messages.filter(({ role }) => role === 'assistant').length,
      tools: request.tools.map(({ name, input_schema: schema }) => ({ name, required: schema?.required ?? [] })),
      openCalls: openCallsOf(request),
      session: String(headers['x-claude-code-session-id']),
    };
  },
  message: messageOf,
  *events(scripted) {
    for (const event of eventsOf(scripted)) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  },
  cutStream: 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_',
  refusal(fault, message) {
    const [status, type] = REFUSALS[fault];
    return { status, body: { type: 'error', error: { type, message } } };
  },
};

function conversationOf({ model, messages, system, tools }: MessagesRequest) {
  const texts = textsOf(messages.find(({ role }) => role === 'user')?.content ?? '');
  return {
    model,
    prompt: texts.filter((part) => !part.startsWith('<system-reminder>')).join('\n').trim(),
    cwd: /Primary working directory: (.+)/.exec(textsOf(system).join('\n'))?.[1]?.trim() ?? '',
    tools: tools.map(({ name }) => name),
  };
}

function textsOf(content: string | readonly z.infer<typeof block>[]): string[] {
  return typeof content === 'string' ? [content] : content.flatMap((part) => part.text ?? []);
}

function openCallsOf({ messages }: MessagesRequest): string[] {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const answered = new Set(blocks.flatMap((part) => part.tool_use_id ?? []));
  return blocks.flatMap(({ type, id }) => (type === 'tool_use' && id !== undefined && !answered.has(id) ? [id] : []));
}

function messageOf({ id, model, index, text, tools = [], usage = {} }: ScriptedMessage) {
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

function* eventsOf(scripted: ScriptedMessage): Generator<StreamEvent> {
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
