import { expect, test } from 'vitest';
import { ApiError } from '../../src/kube/api-error.ts';
import { MOST_WATCH_FAILURES, type ReflectorInput, type ReflectorState, type ReflectorStep, START, step } from '../../src/kube/reflector.ts';

const watching = { at: 'watching', by: 'stream', from: '7', failures: 0 } as const;
const syncing = { at: 'syncing', by: 'stream', notOlderThan: '7' } as const;
const reset = new Error('ECONNRESET');
const status = (code: number, extra: object = {}) => new ApiError('test', { code, ...extra });
const tooLarge = status(504, { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } });
const saw = (error: unknown) => ({ saw: 'error', error }) as const;

interface Row {
  it: string;
  from: ReflectorState;
  input: ReflectorInput;
  to: ReflectorStep;
}

test.each<Row>([
  { it: 'a full list starts the watch', from: START, input: { saw: 'everything', resourceVersion: '9' }, to: { state: { ...watching, from: '9' } } },
  { it: 'a change moves the place', from: { ...watching, failures: 3 }, input: { saw: 'changes', resourceVersion: '9' }, to: { state: { ...watching, from: '9' } } },
  { it: 'changes inside a list move nothing', from: syncing, input: { saw: 'changes', resourceVersion: '9' }, to: { state: syncing } },
  { it: 'a clean end is asked again at once', from: watching, input: { saw: 'end', afterMs: 400_000, changes: 0 }, to: { state: watching } },
  { it: 'a short watch with a change too', from: watching, input: { saw: 'end', afterMs: 999, changes: 1 }, to: { state: watching } },
  { it: 'a server without streamed lists gives pages', from: START, input: saw(status(422)), to: { state: { ...START, by: 'pages' } } },
  { it: 'a list that cannot be as new as ours is asked for as it is', from: syncing, input: saw(tooLarge), to: { state: { ...syncing, notOlderThan: '' } } },
  { it: 'an expired list too', from: syncing, input: saw(status(410)), to: { state: { ...syncing, notOlderThan: '' } } },
  { it: 'a list refused without a version backs off', from: START, input: saw(tooLarge), to: { state: START, backOff: true, problem: tooLarge } },
  { it: 'a reset during the list starts it again', from: syncing, input: saw(reset), to: { state: syncing, backOff: true, problem: reset } },
  { it: 'a reset keeps the place, however often', from: { ...watching, failures: 7 }, input: saw(reset), to: { state: { ...watching, failures: 7 }, backOff: true, problem: reset } },
  { it: 'one in a watch that worked is asked again at once', from: watching, input: { ...saw(reset), opened: { afterMs: 1_000, changes: 0 } }, to: { state: watching, problem: reset } },
  { it: 'one in a short watch with a change too', from: watching, input: { ...saw(reset), opened: { afterMs: 999, changes: 1 } }, to: { state: watching, problem: reset } },
  { it: 'one in a short watch without backs off', from: watching, input: { ...saw(reset), opened: { afterMs: 999, changes: 0 } }, to: { state: watching, backOff: true, problem: reset } },
  { it: 'a too old place is listed again at once', from: watching, input: saw(status(410)), to: { state: syncing, relist: 'expired' } },
])('$it', ({ from, input, to }) => expect(step(from, input)).toEqual(to));

test('a watch that ends at once backs off', () => {
  expect(step(watching, { saw: 'end', afterMs: 999, changes: 0 })).toMatchObject({ state: watching, backOff: true });
});

test('a server that keeps stumbling is asked for everything in the end', () => {
  let state: ReflectorState = watching;
  let steps = 0;
  for (; state.at === 'watching'; steps += 1) state = step(state, saw(status(500))).state;
  expect([steps, state]).toEqual([MOST_WATCH_FAILURES, syncing]);
});

test('a watch that is refused is listed again after a backoff', () => {
  const forbidden = status(403);
  expect(step(watching, saw(forbidden))).toEqual({ state: syncing, backOff: true, relist: 'refused', problem: forbidden });
});
