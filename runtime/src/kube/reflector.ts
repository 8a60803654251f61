import { ApiError, isExpired } from './api-error.ts';

/** How an informer stands towards the server. It moves only through {@link step}. */
export type ReflectorState = Syncing | Watching;

/** Knows nothing, or something too old to go on from: asks for everything. */
export interface Syncing {
  readonly at: 'syncing';
  /** As one stream that turns into the watch; servers that cannot do that give pages. */
  readonly by: 'stream' | 'pages';
  /** What the cache already holds, so that it never goes back in time. Empty: whatever is newest. */
  readonly notOlderThan: string;
}

/** Holds everything up to `from` and asks for what comes after it. */
export interface Watching {
  readonly at: 'watching';
  readonly by: Syncing['by'];
  readonly from: string;
  /** Answers that made no sense since the last one that did. */
  readonly failures: number;
}

export type ReflectorInput =
  /** Everything there is was read, as of this version. */
  | { readonly saw: 'everything'; readonly resourceVersion: string }
  | { readonly saw: 'changes'; readonly resourceVersion: string }
  /** The server ended the stream, as it does every few minutes. */
  | ({ readonly saw: 'end' } & Opened)
  /** `opened`: it had been answered, and broke off. */
  | { readonly saw: 'error'; readonly error: unknown; readonly opened?: Opened };

/** How long a stream was open, and what it brought. */
export interface Opened {
  readonly afterMs: number;
  readonly changes: number;
}

export interface ReflectorStep {
  readonly state: ReflectorState;
  /** Wait for the backoff before going on. */
  readonly backOff?: true;
  /** Why everything is asked for again. */
  readonly relist?: 'expired' | 'refused' | 'failing';
  /** What people should hear of. */
  readonly problem?: unknown;
}

export const START: ReflectorState = { at: 'syncing', by: 'stream', notOlderThan: '' };

/** A stream that ends sooner than this without a change is a broken proxy, not a server that wants to be asked again at once. */
export const VERY_SHORT_WATCH_MS = 1_000;

/** After so many senseless answers in a row the version we ask from is suspect itself. */
export const MOST_WATCH_FAILURES = 8;

/**
 * The protocol of list and watch: from where it stands and what it saw to where it stands next.
 *
 * A lost connection keeps its place. A server that no longer knows the place is asked for everything, first for nothing older than
 * what the cache holds, and only when it cannot promise that for whatever it has.
 */
export function step(state: ReflectorState, input: ReflectorInput): ReflectorStep {
  switch (input.saw) {
    case 'everything':
      return { state: { at: 'watching', by: state.by, from: input.resourceVersion, failures: 0 } };
    case 'changes':
      return { state: state.at === 'watching' ? { ...state, from: input.resourceVersion, failures: 0 } : state };
    case 'end':
      return ended(state, input);
    case 'error':
      return state.at === 'syncing' ? syncFailed(state, input.error) : watchFailed(state, input);
  }
}

function ended(state: ReflectorState, opened: Opened): ReflectorStep {
  if (state.at === 'syncing') return { state, backOff: true, problem: new Error('watch: ended before everything was sent') };
  if (worked(opened)) return { state };
  return { state, backOff: true, problem: new Error(`watch: ended after ${Math.round(opened.afterMs)} ms without an event; a proxy in between may cut it`) };
}

function worked({ afterMs, changes }: Opened): boolean {
  return changes > 0 || afterMs >= VERY_SHORT_WATCH_MS;
}

function syncFailed(state: Syncing, error: unknown): ReflectorStep {
  if (state.by === 'stream' && error instanceof ApiError && (error.code === 400 || error.code === 422)) return { state: { ...state, by: 'pages' } };
  if (state.notOlderThan !== '' && (isExpired(error) || isTooLarge(error))) return { state: { ...state, notOlderThan: '' } };
  return { state, backOff: true, problem: error };
}

function watchFailed({ by, ...state }: Watching, { error, opened }: Extract<ReflectorInput, { saw: 'error' }>): ReflectorStep {
  const everything: Syncing = { at: 'syncing', by, notOlderThan: state.from };
  if (isExpired(error)) return { state: everything, relist: 'expired' };
  const failures = state.failures + 1;
  if (isUnreachable(error)) {
    // What worked until now is asked again at once, or a load balancer that cuts often would keep the cache minutes behind.
    const again = { state: { by, ...state }, problem: error };
    return opened && worked(opened) ? again : { ...again, backOff: true };
  }
  if (isPassing(error) && failures < MOST_WATCH_FAILURES) return { state: { by, ...state, failures }, backOff: true, problem: error };
  return { state: everything, backOff: true, relist: isPassing(error) ? 'failing' : 'refused', problem: error };
}

/** The server does not know this version yet, or never will: it was restored from a backup. */
function isTooLarge(error: unknown): boolean {
  return error instanceof ApiError && (error.status.details?.causes?.some(({ reason }) => reason === 'ResourceVersionTooLarge') ?? false);
}

/** No answer, or "not now": the place stays good however long it lasts. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === 429;
  return !(error instanceof SyntaxError || error instanceof RangeError);
}

/** The server stumbled, or what it sent made no sense. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.code >= 500;
}
