import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/** Where the bearer token of the next request comes from. `refused` is one that the server no longer takes. */
export type TokenSource = (refused?: string) => Promise<string>;

/** How long a token that was read is used before the file is looked at again, in milliseconds. Kubernetes rotates at 80 % of an hour. */
const TOKEN_AGE_MS = 60_000;

/** The same for a token that was refused. */
const REFUSED_AGE_MS = 1_000;

/**
 * Reads a token from a file that is rotated under us.
 *
 * **Guarantee** The file is read at most once a minute, or once a second while its token is refused, however many requests ask, and never synchronously. When a later reading
 * fails, the last token stays in use: it is valid longer than a file is missing.
 *
 * **Errors** The first reading throws what the file system throws.
 */
export function tokenFile(path: string, clock: Clock): TokenSource {
  let token: string | undefined;
  let askedAt = -Infinity;
  let reading: Promise<string> | undefined;

  const read = async (): Promise<string> => {
    try {
      token = (await readFile(path, 'utf8')).trim();
    } catch (error) {
      if (token === undefined) throw error;
    } finally {
      reading = undefined;
    }
    return token!;
  };

  return async (refused) => {
    const ageMs = token === refused ? REFUSED_AGE_MS : TOKEN_AGE_MS;
    if (token !== undefined && clock.elapsed() - askedAt < ageMs) return token;
    if (reading === undefined) {
      askedAt = clock.elapsed();
      reading = read();
    }
    return reading;
  };
}
