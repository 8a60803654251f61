import { MarkerScanner } from './marker-scanner.ts';

/** What a log said, or why it could not be read. A log that is gone for good was read, and said nothing. */
export type LogReading = { readonly lines: readonly string[] | undefined } | { readonly unreadable: string };

/** Reads the result block out of a log, to its end: a result is nowhere but near the end, and nobody knows how near. */
export async function readLogResult(log: AsyncIterable<Uint8Array>): Promise<readonly string[] | undefined> {
  const scanner = new MarkerScanner();
  for await (const bytes of log) scanner.write(bytes);
  return scanner.end();
}
