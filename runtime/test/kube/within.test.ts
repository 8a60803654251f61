import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { within } from '../../src/kube/within.ts';

const tooLate = () => new Error('too late');

/** Ends when its signal aborts, with the reason. */
const untilAborted = (signal: AbortSignal) => new Promise<never>((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });

/** A signal that counts who listens to it. */
function aSignal() {
  const abort = new AbortController();
  const { signal } = abort;
  const listeners = new Set<unknown>();
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof add>) => { listeners.add(args[1]); add(...args); },
    removeEventListener: (...args: Parameters<typeof remove>) => { listeners.delete(args[1]); remove(...args); },
  });
  return { abort, signal, listeners };
}

test('what ends in time is answered, and nothing of it is left', async () => {
  const clock = new VirtualClock();
  const { signal, listeners } = aSignal();
  let inner: AbortSignal | undefined;
  const answered = within({ clock, ms: 10, tooLate, signal }, async (bounded) => {
    inner = bounded;
    expect([clock.pending, listeners.size]).toEqual([1, 1]);
    return Promise.resolve(7);
  });
  expect(await answered).toBe(7);
  expect([clock.pending, listeners.size, inner!.aborted]).toEqual([0, 0, false]);
});

test('what fails says so, and nothing of it is left', async () => {
  const clock = new VirtualClock();
  const { signal, listeners } = aSignal();
  await expect(within({ clock, ms: 10, tooLate, signal }, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect([clock.pending, listeners.size]).toEqual([0, 0]);
});

test('what takes too long is told to stop, on the very millisecond and not before', async () => {
  const clock = new VirtualClock();
  let reason: unknown;
  const done = within({ clock, ms: 10, tooLate }, untilAborted).catch((error: unknown) => { reason = error; });
  await clock.advance(9);
  expect(reason).toBeUndefined();
  await clock.advance(1);
  await done;
  expect(reason).toEqual(new Error('too late'));
});

test('who waits may give up before, with a reason of its own', async () => {
  const clock = new VirtualClock();
  const { abort, signal, listeners } = aSignal();
  const done = within({ clock, ms: 10, tooLate, signal }, untilAborted);
  abort.abort(new Error('gone'));
  await expect(done).rejects.toThrow('gone');
  expect([clock.pending, listeners.size]).toEqual([0, 0]);
});

test('who has given up begins nothing', async () => {
  let begun = 0;
  await expect(within({ clock: new VirtualClock(), ms: 10, tooLate, signal: AbortSignal.abort(new Error('gone')) }, () => Promise.resolve(begun += 1))).rejects.toThrow('gone');
  expect(begun).toBe(0);
});
