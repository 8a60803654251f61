import { z } from 'zod';
import { piecesOf, type ScriptedMessage, type WireFormat } from './wire-format.ts';

type ResponsesRequest = z.infer<typeof responsesRequest>;
type Item = z.infer<typeof item>;
type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const item = z.looseObject({ type: z.string().default('message'), role: z.string().optional(), call_id: z.string().optional(), content: z.union([z.string(), z.array(part)]).nullish() });
const tool = z.looseObject({
  type: z.string(), name: z.string().optional(), parameters: z.looseObject({ required: z.array(z.string()).default([]) }).optional(),
});
const responsesRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  input: z.union([z.string(), z.array(item).min(1)]),
  tools: z.array(tool).default([]),
});

const REFUSALS = {
  'rate-limited': [429, 'rate_limit_exceeded'],
  overloaded: [503, 'server_is_overloaded'],
  unauthorized: [401, 'invalid_api_key'],
  'malformed-request': [400, 'invalid_request'],
} as const;

/** OpenAI's Responses API, which Codex speaks. A tool of free form, such as `apply_patch`, is called with its text as `input`. */
export const openAiResponses: WireFormat = {
  accepts: (path) => path === '/v1/responses',
  isAuthorized: (headers) => Boolean(headers.authorization),
  read(_, body, headers) {
    const request = responsesRequest.parse(body);
    const items = itemsOf(request);
    const texts = items.filter(({ role }) => role === 'user').flatMap(textsOf);
    return {
      conversation: {
        model: request.model,
        // What the CLI adds is instructions and markup.
        prompt: texts.filter((text) => !/^(?:<|# AGENTS\.md )/.test(text)).join('\n').trim(),
        cwd: /<cwd>(.+?)<\/cwd>/.exec(texts.join('\n'))?.[1] ?? '',
        tools: request.tools.map(nameOf),
      },
      stream: request.stream,
      answers: answersIn(items),
      tools: request.tools.map((offered) => ({ name: nameOf(offered), required: offered.type === 'custom' ? ['input'] : (offered.parameters?.required ?? []) })),
      openCalls: openCallsOf(items),
      session: String(headers['session-id']),
    };
  },
  message: (scripted) => ({ ...responseOf(scripted), status: 'completed', output: outputOf(scripted, []) }),
  *events(scripted, request) {
    for (const event of eventsOf(scripted, responsesRequest.parse(request))) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  },
  cutStream: 'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_',
  refusal(fault, message) {
    const [status, code] = REFUSALS[fault];
    return { status, body: { error: { message, type: code, param: null, code } } };
  },
};

const nameOf = ({ name, type }: z.infer<typeof tool>) => name ?? type;
const itemsOf = ({ input }: ResponsesRequest): Item[] => (typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input);
const textsOf = ({ content }: Item) => (typeof content === 'string' ? [content] : (content ?? []).flatMap(({ text }) => text ?? []));
const isAnswer = ({ type, role }: Item) => role === 'assistant' || /^(?:function_call|custom_tool_call|reasoning)$/.test(type);

/** One answer is several items in a row: words, reasoning, calls. */
function answersIn(items: readonly Item[]): number {
  return items.filter((entry, index) => isAnswer(entry) && !(index > 0 && isAnswer(items[index - 1]!))).length;
}

function openCallsOf(items: readonly Item[]): string[] {
  const answered = new Set(items.filter(({ type }) => type.endsWith('_output')).map(({ call_id: id }) => id));
  return items.flatMap(({ type, call_id: id }) => (type.endsWith('_call') && id !== undefined && !answered.has(id) ? [id] : []));
}

function responseOf({ id, model, usage = {} }: ScriptedMessage) {
  const { inputTokens = 1_000, outputTokens = 100, cacheReadTokens = 0 } = usage;
  return {
    id: id.replace('msg', 'resp'), object: 'response', model,
    // Unlike elsewhere, what was read from the cache is part of the input.
    usage: {
      input_tokens: inputTokens + cacheReadTokens, input_tokens_details: { cached_tokens: cacheReadTokens },
      output_tokens: outputTokens, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: inputTokens + cacheReadTokens + outputTokens,
    },
  };
}

function outputOf({ index, text, tools = [] }: ScriptedMessage, freeForm: readonly string[]) {
  return [
    ...(text === undefined ? [] : [{ type: 'message', id: `msg_${index}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }]),
    ...tools.map(({ name, input }, call) => (freeForm.includes(name)
      ? { type: 'custom_tool_call', id: `ctc_${index}_${call}`, call_id: `call_${index}_${call}`, name, input: String(input['input']) }
      : { type: 'function_call', id: `fc_${index}_${call}`, call_id: `call_${index}_${call}`, name, arguments: JSON.stringify(input) })),
  ];
}

function* eventsOf(scripted: ScriptedMessage, request: ResponsesRequest): Generator<StreamEvent> {
  const { usage, ...response } = responseOf(scripted);
  const freeForm = request.tools.filter(({ type }) => type === 'custom').map(nameOf);
  yield { type: 'response.created', response: { ...response, status: 'in_progress' } };
  for (const [index, output] of outputOf(scripted, freeForm).entries()) {
    const isText = output.type === 'message';
    yield { type: 'response.output_item.added', output_index: index, item: isText ? { ...output, status: 'in_progress', content: [] } : { ...output, arguments: '', input: '' } };
    if (isText) for (const delta of piecesOf(scripted.text!)) yield { type: 'response.output_text.delta', output_index: index, item_id: output.id, content_index: 0, delta };
    yield { type: 'response.output_item.done', output_index: index, item: output };
  }
  yield { type: 'response.completed', response: { ...response, status: 'completed', usage } };
}
