import type { Clock } from './clock.ts';

export interface WithinOptions {
  readonly clock: Clock;
  /** How long it may take, in milliseconds. */
  readonly ms: number;
  /** What its signal aborts with then. */
  readonly tooLate: () => Error;
  /** Whoever waits for it may give up earlier. */
  readonly signal?: AbortSignal;
}

/**
 * Runs something with a signal that aborts with `signal`, and when the time is over.
 *
 * **Guarantee** When it has ended nothing of it is left: no timer, no listener. What `AbortSignal.any` makes is known by weak references, which a collection of the young
 * takes for strong ones: with all that its listeners hold it would stay until the whole heap is collected.
 *
 * **Assumes** `act` minds its signal.
 */
export async function within<T>({ clock, ms, tooLate, signal }: WithinOptions, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const bounded = new AbortController();
  const onAbort = () => bounded.abort(signal!.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.after(ms, () => bounded.abort(tooLate()));
  try {
    return await act(bounded.signal);
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}
