import { type ContextSource, ContextSourceError, contextRequest, type RequestParts } from './context-request.ts';
import { FetchFailure, fetchText, type TextAccess, type TextRequest } from './fetch-text.ts';
import { RefusedTarget } from './outbound-guard.ts';
import { responseText } from './response-text.ts';

/** The texts by the names of their sources, for `.Context`; or why there is to be no Task. */
export type FetchedContext =
  | { readonly is: 'fetched'; readonly texts: Readonly<Record<string, string>> }
  /** `problem` is for people and holds no secret: `context source "owners": HTTP 404 from https://teams.example.com/owners`. */
  | { readonly is: 'failed'; readonly problem: string };

export interface LookAccess extends TextAccess, Omit<RequestParts, 'variables'> {}

/** Answers of one look that are kept for its other events. Beyond it they are fetched anew. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

interface Shared {
  readonly text: Promise<string>;
  readonly abort: AbortController;
  waiting: number;
  isDone: boolean;
}

/**
 * Fetches the sources of each event of a look.
 *
 * **Guarantee** Events that ask for the same with the same headers share one request, and its failure. It ends when nobody waits for it any more. What one
 * event makes fail is told of that event alone.
 */
export class ContextLook {
  readonly #access: LookAccess;
  readonly #shared = new Map<string, Shared>();
  #keptBytes = 0;

  constructor(access: LookAccess) {
    this.#access = access;
  }

  /** All at the same time. One that is required and fails ends the others at once. Throws only when the signal of the look has aborted, and for a bug. */
  async fetch(sources: readonly ContextSource[], variables: Readonly<Record<string, unknown>>): Promise<FetchedContext> {
    const end = new AbortController();
    const outcomes = sources.map(async (source) => ({ source, ...(await this.#one(source, variables, end.signal)) }));
    try {
      const required = outcomes.filter((_, index) => sources[index]!.failurePolicy !== 'Ignore');
      await Promise.all(required.map(async (outcome) => {
        const { source, problem } = await outcome;
        if (problem !== undefined) throw new Failed(`context source "${source.name}": ${problem}`);
      }));
      const all = await Promise.all(outcomes);
      return { is: 'fetched', texts: Object.fromEntries(all.map(({ source, text }) => [source.name, text ?? ''])) };
    } catch (error) {
      if (error instanceof Failed) return { is: 'failed', problem: error.message };
      throw error;
    } finally {
      end.abort();
      await Promise.allSettled(outcomes);
    }
  }

  async #one({ http }: ContextSource, variables: Readonly<Record<string, unknown>>, end: AbortSignal): Promise<{ readonly text?: string; readonly problem?: string }> {
    try {
      if (!http) throw new ContextSourceError('http is required; there is no other kind of source');
      const request = await contextRequest(http, { ...this.#access, variables });
      return { text: responseText(await this.#sharedText(request, end), http.responseFilter?.expression) };
    } catch (error) {
      this.#access.signal.throwIfAborted();
      if (isProblem(error)) return { problem: error.message };
      if (end.aborted) return { problem: 'another source failed first' };
      throw error;
    }
  }

  async #sharedText(request: TextRequest, end: AbortSignal): Promise<string> {
    const key = JSON.stringify(request);
    const shared = this.#shared.get(key) ?? this.#start(key, request);
    shared.waiting += 1;
    try {
      return await unless(end, shared.text);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0 && !shared.isDone) {
        this.#shared.delete(key);
        shared.abort.abort();
      }
    }
  }

  #start(key: string, request: TextRequest): Shared {
    const abort = new AbortController();
    const text = fetchText(request, { ...this.#access, signal: AbortSignal.any([this.#access.signal, abort.signal]) });
    const shared: Shared = { text, abort, waiting: 0, isDone: false };
    this.#shared.set(key, shared);
    text.then(({ length }) => length, () => 0).then((bytes) => {
      shared.isDone = true;
      this.#keptBytes += bytes;
      if (this.#keptBytes > MOST_KEPT_BYTES) this.#shared.delete(key);
    }).catch(() => {});
    return shared;
  }
}

class Failed extends Error {}

/** What is told of the event; the rest is a bug, or the end. */
function isProblem(error: unknown): error is Error {
  return error instanceof ContextSourceError || error instanceof FetchFailure || error instanceof RefusedTarget;
}

/** The promise, unless the signal aborts first. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
