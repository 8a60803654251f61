/** As in the reference, for `Comments` and `ReviewComments`. Separators do not count. */
export const MOST_COMMENT_BYTES = 65_536;

/**
 * Comments as templates read them: from the oldest to the newest, with a line `---` between them. Where all of them are too long, the newest that fit one after
 * the other; nothing, if not even the newest does.
 */
export function joinedComments(oldestFirst: readonly string[]): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const body of oldestFirst.toReversed()) {
    bytes += Buffer.byteLength(body);
    if (bytes > MOST_COMMENT_BYTES) break;
    kept.unshift(body);
  }
  return kept.join('\n---\n');
}
