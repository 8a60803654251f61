import { z } from 'zod';
import { openAiResponses } from './openai-responses.ts';
import { piecesOf, type ScriptedMessage, type WireFormat } from './wire-format.ts';

type ChatRequest = z.infer<typeof chatRequest>;

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({
  role: z.string(), content: z.union([z.string(), z.array(part)]).nullish(), tool_call_id: z.string().optional(),
  tool_calls: z.array(z.looseObject({ id: z.string() })).default([]),
});
const tool = z.looseObject({ function: z.looseObject({ name: z.string(), parameters: z.looseObject({ required: z.array(z.string()).default([]) }).optional() }) });
const chatRequest = z.looseObject({ model: z.string(), stream: z.boolean().default(false), messages: z.array(message).min(1), tools: z.array(tool).default([]) });

/** The chat completions that OpenAI began and most other endpoints speak: OpenCode's, for a provider of the user's own. */
export const openAiChat: WireFormat = {
  accepts: (path) => path === '/v1/chat/completions',
  isAuthorized: openAiResponses.isAuthorized,
  read(_, body) {
    const { model, stream, messages, tools } = chatRequest.parse(body);
    return {
      conversation: {
        model,
        prompt: messages.filter(({ role }) => role === 'user').flatMap(textsOf).join('\n').trim(),
        cwd: /Working directory: (.+)/.exec(messages.flatMap(textsOf).join('\n'))?.[1]?.trim() ?? '',
        tools: tools.map(({ function: { name } }) => name),
      },
      stream,
      answers: messages.filter(({ role }) => role === 'assistant').length,
      tools: tools.map(({ function: { name, parameters } }) => ({ name, required: parameters?.required ?? [] })),
      openCalls: openCallsOf(messages),
      session: '',
    };
  },
  message: (scripted) => ({ ...envelopeOf(scripted, 'chat.completion'), choices: [{ index: 0, message: { role: 'assistant', ...answerOf(scripted) }, finish_reason: reasonOf(scripted) }], usage: usageOf(scripted) }),
  *events(scripted) {
    const chunk = (choices: object[], usage?: object) => `data: ${JSON.stringify({ ...envelopeOf(scripted, 'chat.completion.chunk'), choices, ...(usage && { usage }) })}\n\n`;
    const { content, tool_calls: calls } = answerOf(scripted);
    for (const piece of piecesOf(content ?? '')) yield chunk([{ index: 0, delta: { role: 'assistant', content: piece }, finish_reason: null }]);
    for (const [index, call] of (calls ?? []).entries()) yield chunk([{ index: 0, delta: { tool_calls: [{ index, ...call }] }, finish_reason: null }]);
    yield chunk([{ index: 0, delta: {}, finish_reason: reasonOf(scripted) }]);
    yield chunk([], usageOf(scripted));
    yield 'data: [DONE]\n\n';
  },
  cutStream: 'data: {"id":"chatcmpl-1","object":"chat.comp',
  refusal: openAiResponses.refusal,
};

const textsOf = ({ content }: ChatRequest['messages'][number]) => (typeof content === 'string' ? [content] : (content ?? []).flatMap(({ text }) => text ?? []));
const envelopeOf = ({ id, model }: ScriptedMessage, object: string) => ({ id: id.replace('msg', 'chatcmpl'), object, created: 0, model });
const reasonOf = ({ tools = [] }: ScriptedMessage) => (tools.length > 0 ? 'tool_calls' : 'stop');

function openCallsOf(messages: ChatRequest['messages']): string[] {
  const answered = new Set(messages.map(({ tool_call_id: id }) => id));
  return messages.flatMap(({ tool_calls: calls }) => calls.map(({ id }) => id)).filter((id) => !answered.has(id));
}

function answerOf({ index, text, tools }: ScriptedMessage) {
  return {
    ...(text !== undefined && { content: text }),
    ...(tools?.length && { tool_calls: tools.map(({ name, input }, call) => ({ id: `call_${index}_${call}`, type: 'function', function: { name, arguments: JSON.stringify(input) } })) }),
  };
}

/** What was read from the cache is part of the prompt. */
function usageOf({ usage = {} }: ScriptedMessage) {
  const { inputTokens = 1_000, outputTokens = 100, cacheReadTokens = 0 } = usage;
  return {
    prompt_tokens: inputTokens + cacheReadTokens, completion_tokens: outputTokens, total_tokens: inputTokens + cacheReadTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
  };
}
