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

type Entry = Omit<CachedResponse, 'body' | 'version'> & { version?: string; readonly packed: Buffer; readonly bytes: number };

/** Lists of issues are words and addresses that repeat: they shrink to about a tenth. */
const MOST_BYTES = 32 * 1024 * 1024;
const ENTRY_BYTES = 512;
/** The fastest: what is gained by trying harder is not worth the time. */
const LEVEL = 1;

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
    const { packed, etag, lastModified, version, link } = entry;
    return { etag, lastModified, version, link, get body() { return inflateRawSync(packed).toString(); } };
  }

  set(key: string, { body, ...head }: CachedResponse): void {
    this.delete(key);
    const packed = deflateRawSync(body, { level: LEVEL });
    const bytes = packed.length + key.length + ENTRY_BYTES;
    if (bytes > this.#mostBytes) return;
    this.#entries.set(key, { ...head, packed, bytes });
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
