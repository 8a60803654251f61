import type { IncomingMessage } from 'node:http';

/** As in the reference, and less than the 25 MB that GitHub caps at. */
export const MOST_BODY_BYTES = 10 * 1024 * 1024;
/** Of all bodies that are being read or worked on. A sender that is told to come again does. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;

/**
 * Room for bodies.
 *
 * **Guarantee** No more bytes are held than there is room for, however many senders there are; who has sent nothing takes none.
 */
export class BodyRoom {
  #left: number;

  constructor(bytes = MOST_HELD_BYTES) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** Why a body is not there, and how much of it was read. */
export interface UnreadBody {
  readonly why: 'tooLarge' | 'busy' | 'cutOff';
  readonly bytes: number;
}

/** What is read of a request: one of the web has it, and one of a socket without what the web puts around it. */
export interface Arrival {
  readonly headers: Pick<Headers, 'get'>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** The request of a socket as it is: a stream of the web around each body, and what aborts it, cost a quarter of what a delivery does. */
export function arrivalOf(incoming: IncomingMessage): Arrival {
  const get = (name: string) => {
    const value = incoming.headers[name];
    return value === undefined ? null : String(value);
  };
  // Who stops reading has an answer to give over the same connection.
  return { headers: { get }, body: { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) } };
}

/** Reads a body. Whoever gets it gives its bytes back to the room when it is done with. */
export async function readBody(request: Arrival, room: BodyRoom): Promise<Buffer | UnreadBody> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BODY_BYTES) return { why: 'tooLarge', bytes: 0 };
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const refuse = (why: UnreadBody['why']): UnreadBody => {
    room.giveBack(bytes);
    return { why, bytes };
  };
  try {
    for await (const chunk of request.body) {
      if (bytes + chunk.length > MOST_BODY_BYTES) return refuse('tooLarge');
      if (!room.take(chunk.length)) return refuse('busy');
      bytes += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return refuse('cutOff');
  }
  return chunks.length === 1 ? Buffer.from(chunks[0]!.buffer, chunks[0]!.byteOffset, bytes) : Buffer.concat(chunks, bytes);
}
