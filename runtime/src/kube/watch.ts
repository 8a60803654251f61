import type { Clock } from './clock.ts';
import { DeadManTimer } from './dead-man-timer.ts';
import { LineSplitter } from './line-splitter.ts';
import type { KubeObject } from './object.ts';
import type { KubeRequest, KubeStream } from './transport.ts';

/** Which objects of a resource. Without a namespace: those of the whole cluster. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchOptions extends Selection {
  /** Changes after this one. Empty with `sendInitialEvents`: what there is now, then changes. */
  readonly resourceVersion?: string;
  /** Begins with an ADDED event for each object, ended by a bookmark that says so. Needs `resourceVersionMatch: 'NotOlderThan'`. */
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: 'NotOlderThan';
  /** The server ends the stream after about this long. */
  readonly timeoutSeconds?: number;
}

/** One line of a watch. The object of an ERROR is a Status, that of a BOOKMARK carries a resourceVersion and nothing else. */
export interface WatchEvent<T = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** A healthy watch carries a bookmark about once a minute, so three silent minutes mean that the other side is gone. */
export const WATCH_SILENCE_MS = 180_000;

/** Opens a watch that fails after {@link WATCH_SILENCE_MS} without a byte, headers included: some proxies hold them back until the first event. */
export async function openWatch(send: (request: KubeRequest) => Promise<KubeStream>, path: string, clock: Clock, signal?: AbortSignal): Promise<KubeStream> {
  const silence = new AbortController();
  const deadMan = new DeadManTimer(clock, WATCH_SILENCE_MS, () => {
    silence.abort(new Error(`GET ${path}: no byte for ${WATCH_SILENCE_MS / 1_000} s; the connection is taken for dead`));
  });
  try {
    const stream = await send({ method: 'GET', path, signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]) });
    return { ...stream, body: listened(stream.body, deadMan) };
  } catch (error) {
    deadMan.stop();
    throw error;
  }
}

/** Decodes a watch. What the connection cut off in the middle of a line is no event and is left out. */
export async function* readWatch<T>(open: () => Promise<KubeStream>): AsyncIterable<WatchEvent<T>> {
  const splitter = new LineSplitter();
  for await (const chunk of (await open()).body) {
    for (const line of splitter.push(chunk)) yield JSON.parse(line.toString()) as WatchEvent<T>;
  }
}

async function* listened(body: AsyncIterable<Buffer>, deadMan: DeadManTimer): AsyncIterable<Buffer> {
  try {
    for await (const chunk of body) {
      deadMan.heard();
      yield chunk;
    }
  } finally {
    deadMan.stop();
  }
}
