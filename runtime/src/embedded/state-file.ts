import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { jsonOf, type ApiObject } from './api-object.ts';
import { isObject } from './json.ts';
import type { Change, Store } from './store.ts';

/** First line of the file: what it is, and how to read it. */
const HEADER = '{"taskwright":"state","version":1}\n';

/** The file is written anew when it is this large and most of it is history. */
const SMALLEST_COMPACTION_BYTES = 16 * 1024 * 1024;
const HISTORY_PER_CONTENT = 4;

const READ_BYTES = 1024 * 1024;
const NEWLINE = 10;

/**
 * Keeps a store over a restart: a file of JSON lines, one per change, written before the change is answered.
 *
 * **Guarantee:** whoever was answered finds the write again, also when the process was killed in the middle of the next one. A last line that
 * was cut off is dropped. **Assumes** one process at a time. **Errors:** a file that is no state file, or that is damaged before its last line,
 * is refused and left as it is.
 */
export class StateFile {
  readonly #path: string;
  readonly #store: Store;
  readonly #unfollow: () => void;
  #file: number;
  #bytes: number;
  #contentBytes: number;

  /** Fills the store with what the file holds, and from then on writes what changes in it. */
  constructor(path: string, store: Store) {
    this.#path = path;
    this.#store = store;
    if (existsSync(path)) {
      const { revision, objects } = readState(path);
      store.restore(revision, objects.values());
    }
    ({ file: this.#file, bytes: this.#bytes } = this.#rewrite());
    this.#contentBytes = this.#bytes;
    this.#unfollow = store.follow((change) => this.#append(change));
  }

  /** Leaves what there is and nothing of what was: a Secret that was deleted is not on the disk any more. */
  close(): void {
    this.#unfollow();
    closeSync(this.#file);
    closeSync(this.#rewrite().file);
  }

  #append({ type, revision, collection, key, object }: Change): void {
    this.#bytes += writeLine(this.#file, line(revision, collection, key, type === 'DELETED' ? undefined : object));
    if (this.#bytes < SMALLEST_COMPACTION_BYTES || this.#bytes < HISTORY_PER_CONTENT * this.#contentBytes) return;
    closeSync(this.#file);
    ({ file: this.#file, bytes: this.#bytes } = this.#rewrite());
    this.#contentBytes = this.#bytes;
  }

  /** Writes the objects as they are to a new file and puts it in the place of the old one: at every moment one of them is whole. */
  #rewrite(): { file: number; bytes: number } {
    const fresh = `${this.#path}.new`;
    // Never through a link that somebody put there: a folder with a state file may come from a stranger.
    rmSync(fresh, { force: true });
    const file = openSync(fresh, 'wx', 0o600);
    let bytes = writeLine(file, HEADER);
    for (const collection of this.#store.collections()) {
      for (const [key, object] of this.#store.entries(collection)) bytes += writeLine(file, line(Number(object.metadata.resourceVersion), collection, key, object));
    }
    // The counter goes on where it was, whatever was deleted last.
    bytes += writeLine(file, `${JSON.stringify({ r: this.#store.revision })}\n`);
    fsyncSync(file);
    renameSync(fresh, this.#path);
    syncDirectory(dirname(this.#path));
    return { file, bytes };
  }
}

function line(revision: number, collection: string, key: string, object: ApiObject | undefined): string {
  const head = JSON.stringify({ r: revision, c: collection, k: key });
  return object === undefined ? `${head}\n` : `${head.slice(0, -1)},"o":${jsonOf(object)}}\n`;
}

function writeLine(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  return bytes.length;
}

/** A rename is only kept by the directory it is in. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

interface State {
  revision: number;
  readonly objects: Map<string, { collection: string; key: string; object: ApiObject }>;
}

function readState(path: string): State {
  const state: State = { revision: 1, objects: new Map() };
  let number = 0;
  for (const { text, isWhole } of readLines(path)) {
    number++;
    if (number === 1 && `${text}\n` !== HEADER) throw new SyntaxError(`${path}, line 1: is no state file of this version, got ${JSON.stringify(text.slice(0, 40))}; name another file`);
    if (!isWhole) break; // the process ended in the middle of it, and nobody was answered
    if (number > 1) applyLine(state, text, `${path}, line ${number}`);
  }
  return state;
}

function applyLine(state: State, text: string, where: string): void {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`${where}: is damaged, got no JSON; restore the file from a copy, or name another one to start empty`, { cause });
  }
  if (!isObject(record) || typeof record.r !== 'number') throw new SyntaxError(`${where}: is no record of a state file; restore the file from a copy, or name another one`);
  state.revision = Math.max(state.revision, record.r);
  if (typeof record.c !== 'string' || typeof record.k !== 'string') return;
  const id = `${record.c}\u0000${record.k}`;
  if (record.o === undefined) state.objects.delete(id);
  else state.objects.set(id, { collection: record.c, key: record.k, object: record.o as ApiObject });
}

/** Line by line: a large file never has to be one string. */
function* readLines(path: string): Generator<{ text: string; isWhole: boolean }> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    let parts: Buffer[] = [];
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < length; end = chunk.indexOf(NEWLINE, start)) {
        yield { text: Buffer.concat([...parts, chunk.subarray(start, end)]).toString(), isWhole: true };
        parts = [];
        start = end + 1;
      }
      if (start < length) parts.push(Buffer.from(chunk.subarray(start, length)));
    }
    if (parts.length > 0) yield { text: Buffer.concat(parts).toString(), isWhole: false };
  } finally {
    closeSync(file);
  }
}
