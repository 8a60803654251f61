import { z } from 'zod';
import type { ScriptedMessage, WireFormat } from './wire-format.ts';

type ContentRequest = z.infer<typeof contentRequest>;

const part = z.looseObject({
  text: z.string().optional(),
  functionCall: z.looseObject({ id: z.string().optional(), name: z.string() }).optional(),
  functionResponse: z.looseObject({ id: z.string().optional(), name: z.string() }).optional(),
});
const content = z.looseObject({ role: z.string().default('user'), parts: z.array(part) });
const schema = z.looseObject({ required: z.array(z.string()).default([]) });
const tool = z.looseObject({
  functionDeclarations: z.array(z.looseObject({ name: z.string(), parameters: schema.optional(), parametersJsonSchema: schema.optional() })).default([]),
});
const contentRequest = z.looseObject({ contents: z.array(content).min(1), tools: z.array(tool).default([]) });

const PATH = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
const REFUSALS = {
  'rate-limited': [429, 'RESOURCE_EXHAUSTED'],
  overloaded: [503, 'UNAVAILABLE'],
  unauthorized: [400, 'INVALID_ARGUMENT'],
  'malformed-request': [400, 'INVALID_ARGUMENT'],
} as const;

/** The API of Google's Gemini models, which Gemini CLI speaks. */
export const geminiContent: WireFormat = {
  accepts: (path) => PATH.test(path),
  isAuthorized: (headers) => Boolean(headers['x-goog-api-key'] ?? headers.authorization),
  read(path, body) {
    const [, model = '', method] = PATH.exec(path)!;
    const request = contentRequest.parse(body);
    const texts = request.contents.filter(({ role }) => role === 'user').flatMap(({ parts }) => parts.flatMap(({ text }) => text ?? []));
    const tools = request.tools.flatMap(({ functionDeclarations }) => functionDeclarations);
    return {
      conversation: {
        model,
        prompt: texts.filter((text) => !text.startsWith('<session_context>')).join('\n').trim(),
        cwd: /\*\*Workspace Directories:\*\*\s+- (.+)/.exec(texts.join('\n'))?.[1] ?? '',
        tools: tools.map(({ name }) => name),
      },
      stream: method === 'streamGenerateContent',
      answers: request.contents.filter(({ role }) => role === 'model').length,
      tools: tools.map(({ name, parameters, parametersJsonSchema }) => ({ name, required: (parametersJsonSchema ?? parameters)?.required ?? [] })),
      openCalls: openCallsOf(request),
      session: '',
    };
  },
  message: (scripted) => contentOf(scripted, partsOf(scripted)),
  *events(scripted) {
    const parts = partsOf(scripted);
    // One part at a time, and only the last piece says what it all took.
    for (const one of parts.slice(0, -1)) yield `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [one] }, index: 0 }] })}\r\n\r\n`;
    yield `data: ${JSON.stringify(contentOf(scripted, parts.slice(-1)))}\r\n\r\n`;
  },
  cutStream: 'data: {"candidates":[{"content":{"role":"model","parts":[{"te',
  refusal(fault, message) {
    const [code, status] = REFUSALS[fault];
    const details = fault === 'unauthorized' ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }] : [];
    return { status: code, body: { error: { code, message, status, details } } };
  },
};

/** A call and its response have the same name, and an id only with some models: the n-th response answers the n-th call. */
function openCallsOf({ contents }: ContentRequest): string[] {
  const parts = contents.flatMap((one) => one.parts);
  const calls = parts.flatMap(({ functionCall }) => functionCall?.name ?? []);
  return calls.slice(parts.filter(({ functionResponse }) => functionResponse).length);
}

function partsOf({ text, tools = [] }: ScriptedMessage): object[] {
  return [...(text === undefined ? [] : [{ text }]), ...tools.map(({ name, input }) => ({ functionCall: { name, args: input } }))];
}

function contentOf({ model, usage = {} }: ScriptedMessage, parts: readonly object[]): object {
  const { inputTokens = 1_000, outputTokens = 100, cacheReadTokens = 0 } = usage;
  const thoughts = Math.floor(outputTokens / 10);
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    modelVersion: model,
    usageMetadata: {
      // What was read from the cache is part of the prompt; what was thought is no part of the candidates.
      promptTokenCount: inputTokens + cacheReadTokens, cachedContentTokenCount: cacheReadTokens,
      candidatesTokenCount: outputTokens - thoughts, thoughtsTokenCount: thoughts, totalTokenCount: inputTokens + cacheReadTokens + outputTokens,
    },
  };
}
