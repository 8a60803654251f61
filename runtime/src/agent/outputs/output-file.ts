import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { oneLine } from '../step-error.ts';

/** What all outputs may hold together: they are kept in the status of the Task, which every watcher gets. */
export const MOST_OUTPUT_FILE_BYTES = 32 * 1024;
/** Deeper than anything that is declared. Bounds every walk over the value. */
const MOST_LEVELS = 64;

/** The value in a file, or what is wrong with the file, as the agent should read it. */
export type FileReading = { readonly value: unknown } | { readonly problem: string };

/** Reads what an agent left: JSON in a bounded, regular file. Whatever it is, nothing is read but that file, and nobody waits for it. */
export async function readOutputFile(path: string): Promise<FileReading> {
  let file: FileHandle;
  try {
    // A link may lead to a secret, and a pipe never ends.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { problem: openProblem(error as NodeJS.ErrnoException) };
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { problem: 'is not a regular file' };
    const bytes = Buffer.alloc(MOST_OUTPUT_FILE_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead > MOST_OUTPUT_FILE_BYTES) return { problem: `is ${Math.max(stat.size, bytesRead)} bytes long; at most ${MOST_OUTPUT_FILE_BYTES} can be kept` };
    return parse(bytes.subarray(0, bytesRead));
  } catch (error) {
    return { problem: `cannot be read, ${oneLine((error as Error).message)}` };
  } finally {
    await file.close();
  }
}

function openProblem({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'was not written';
  if (code === 'ELOOP') return 'is a link; it has to be a file';
  if (code === 'ENXIO') return 'is not a regular file';
  return `cannot be read, ${oneLine(message)}`;
}

function parse(bytes: Uint8Array): FileReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'is not UTF-8' };
  }
  if (text.trim() === '') return { problem: 'is empty' };
  if (levelsOf(text) > MOST_LEVELS) return { problem: `has more than ${MOST_LEVELS} levels` };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    // Where it breaks off, without what is written there.
    const [, place] = /at position (\d+)/.exec((error as Error).message) ?? [];
    return { problem: `is not JSON${place === undefined ? '' : `, from character ${Number(place) + 1} on`}` };
  }
}

/** How deep a text is, if it is JSON. Told before it is parsed. */
function levelsOf(text: string): number {
  let level = 0;
  let most = 0;
  let isText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isText) {
      if (character === '\\') index++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '[' || character === '{') most = Math.max(most, ++level);
    else if (character === ']' || character === '}') level--;
  }
  return most;
}
