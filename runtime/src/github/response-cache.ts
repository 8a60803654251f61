import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What was answered, and what GitHub is asked with whether it still holds. */
export interface CachedResponse {
  readonly etag?: string;
  readonly lastModified?: string;
  /** What it was read for. */
  readonly version?: string;
  /** Where the next page is. */
  readonly link?: string;
  readonly body: string;
}

type Entry = Omit<CachedResponse, 'body' | 'version'> & { version?: string; readonly packed: Uint8Array; readonly bytes: number; readonly unpackedBytes: number };

/** Lists of issues are words and addresses that repeat: they shrink to about a tenth. */
const MOST_BYTES = 32 * 1024 * 1024;
const ENTRY_BYTES = 512;
/** The fastest: what is gained by trying harder is not worth the time. */
const LEVEL = 1;
/** zlib takes none that is smaller. */
const SMALLEST_CHUNK = 64;

/**
 * Answers by key, the least recently used of them given up for others.
 *
 * **Guarantee** It takes `mostBytes` at most, counted packed.
 */
export class ResponseCache {
  readonly #entries = new Map<string, Entry>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): CachedResponse | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const { packed, unpackedBytes, etag, lastModified, version, link } = entry;
    return { etag, lastModified, version, link, get body() { return inflateRawSync(packed, { chunkSize: Math.max(unpackedBytes, SMALLEST_CHUNK) }).toString(); } };
  }

  set(key: string, { body, ...head }: CachedResponse): void {
    this.delete(key);
    // A copy: what zlib returns is the beginning of a buffer that is several times as long.
    const packed = new Uint8Array(deflateRawSync(body, { level: LEVEL }));
    const bytes = packed.length + key.length + ENTRY_BYTES;
    if (bytes > this.#mostBytes) return;
    this.#entries.set(key, { ...head, packed, bytes, unpackedBytes: Buffer.byteLength(body) });
    this.#bytes += bytes;
    while (this.#bytes > this.#mostBytes) this.delete(this.#entries.keys().next().value!);
  }

  /** It still holds for another version. */
  setVersion(key: string, version: string | undefined): void {
    const entry = this.#entries.get(key);
    if (entry) entry.version = version;
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
