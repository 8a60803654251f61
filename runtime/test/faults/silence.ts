/** What somebody waits for who is gone, or whose other side is. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** Nothing comes until whoever waits gives up. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
