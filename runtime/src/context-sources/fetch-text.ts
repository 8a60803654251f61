import { type Clock, sleep } from '../kube/clock.ts';
import { codeIn, type OutboundClient, type OutboundResponse, refusalIn } from './outbound-client.ts';
import { type OutboundGuard, shownUrl } from './outbound-guard.ts';

/** A request with everything filled in. */
export interface TextRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutSeconds: number;
  readonly maxResponseBytes: number;
  readonly allowInsecure: boolean;
}

export interface TextAccess {
  readonly guard: OutboundGuard;
  readonly client: OutboundClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Why there is no text, without a word of whoever answered. */
export class FetchFailure extends Error {
  override readonly name = 'FetchFailure';
}

const MOST_REDIRECTS = 5;
const RETRY_PAUSE_MS = 250;
/** What a gateway says of a server that is away for a moment. */
const PASSING = new Set([502, 503, 504]);
/** What goes along to another origin: nothing that could be a credential, whoever wrote it. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/**
 * Fetches a text, all of it within `timeoutSeconds`: resolving, connecting, redirects and the last byte. A GET that meets a broken connection or a gateway
 * without its server is sent once more.
 *
 * **Errors** {@link FetchFailure}, `RefusedTarget`; the reason of the signal.
 */
export async function fetchText(request: TextRequest, access: TextAccess): Promise<string> {
  const timeout = new AbortController();
  const late = new FetchFailure(`no answer from ${shownUrl(request.url)} within ${request.timeoutSeconds} s`);
  const timer = access.clock.after(request.timeoutSeconds * 1_000, () => timeout.abort(late));
  const signal = AbortSignal.any([access.signal, timeout.signal]);
  try {
    const first = await attempt(request, { ...access, signal });
    if ('text' in first) return first.text;
    if (request.method !== 'GET') throw first.failure;
    await sleep(access.clock, RETRY_PAUSE_MS, signal);
    const second = await attempt(request, { ...access, signal });
    if ('text' in second) return second.text;
    throw second.failure;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    timer.cancel();
  }
}

/** A failure that is returned may be gone at the next try; others are thrown. */
async function attempt(request: TextRequest, access: TextAccess): Promise<{ readonly text: string } | { readonly failure: FetchFailure }> {
  let current = request;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    access.guard.checkUrl(current.url, current.allowInsecure);
    let response: OutboundResponse;
    try {
      response = await access.client.request({ ...current, signal: access.signal });
    } catch (error) {
      access.signal.throwIfAborted();
      const refused = refusalIn(error);
      if (refused) throw refused;
      return { failure: new FetchFailure(`${shownUrl(current.url)} cannot be reached (${codeIn(error)})`, { cause: error }) };
    }
    const { statusCode, headers } = response;
    const location = REDIRECTS.has(statusCode) ? one(headers.location) : undefined;
    if (location === undefined) return readAnswer(current, response, access.signal);
    response.body.destroy();
    current = redirected(current, statusCode, location);
  }
  throw new FetchFailure(`${shownUrl(request.url)} leads elsewhere more than ${MOST_REDIRECTS} times`);
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirected(request: TextRequest, statusCode: number, location: string): TextRequest {
  const url = URL.parse(location, request.url.href);
  if (!url) throw new FetchFailure(`${shownUrl(request.url)} leads to what is no URL`);
  if (request.url.protocol === 'https:' && url.protocol !== 'https:') throw new FetchFailure(`${shownUrl(request.url)} leads away from https`);
  const isSameOrigin = url.origin === request.url.origin;
  const keepsBody = statusCode === 307 || statusCode === 308 || request.method === 'GET';
  const kept = Object.entries(request.headers).filter(([name]) => (isSameOrigin || HARMLESS_HEADERS.has(name)) && (keepsBody || name !== 'content-type'));
  const { body, ...rest } = request;
  return { ...rest, url, headers: Object.fromEntries(kept), ...(!keepsBody && { method: 'GET' as const }), ...(keepsBody && body !== undefined && { body }) };
}

async function readAnswer({ url, maxResponseBytes }: TextRequest, { statusCode, headers, body }: OutboundResponse, signal: AbortSignal): Promise<{ readonly text: string } | { readonly failure: FetchFailure }> {
  if (statusCode < 200 || statusCode > 299) {
    body.destroy();
    const failure = new FetchFailure(`HTTP ${statusCode} from ${shownUrl(url)}`);
    if (PASSING.has(statusCode)) return { failure };
    throw failure;
  }
  const encoding = one(headers['content-encoding']) ?? 'identity';
  if (encoding !== 'identity') {
    body.destroy();
    throw new FetchFailure(`${shownUrl(url)} compresses its answer, which was not asked for`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxResponseBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    return { failure: new FetchFailure(`${shownUrl(url)} broke off its answer (${codeIn(cause)})`, { cause }) };
  } finally {
    body.destroy();
  }
  if (bytes > maxResponseBytes) throw new FetchFailure(`${shownUrl(url)} answers with more than ${maxResponseBytes} bytes; raise maxResponseBytes, or ask for less`);
  return { text: Buffer.concat(chunks).toString() };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
