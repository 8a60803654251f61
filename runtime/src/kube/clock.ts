/** Time, as the kernel sees it. Nothing else in the runtime reads a clock or sets a timer, so that a simulated week runs in a second. */
export interface Clock {
  /** Wall time. It may jump, forwards and back: use it for what is written into objects and for deadlines found in them. */
  now(): Date;
  /** Milliseconds since some moment. It never goes back: use it to measure how long something takes. */
  elapsed(): number;
  /** Calls back once, after at least `ms`. Beyond 24.8 days a Node timer would fire at once; this one does not. */
  after(ms: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Longest delay that Node keeps: 2³¹−1 ms. A longer one fires after 1 ms. */
const LONGEST_NODE_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      const stepMs = Math.min(Math.max(leftMs, 0), LONGEST_NODE_TIMER_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : callback()), stepMs);
    };
    arm(ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal!.reason);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
