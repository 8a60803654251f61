/** A message of a status or event is one line that a terminal shows as it is. */
const LONGEST_TEXT_CHARACTERS = 512;

/** Names as a message lists them, each in quotes. */
export function listed(names: readonly string[]): string {
  return cleanText(names.map((name) => JSON.stringify(name)).join(', '));
}

/** Text that an agent or a stranger wrote, made fit for a message: one line, no control characters, bounded. */
export function cleanText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return line.length > LONGEST_TEXT_CHARACTERS ? `${line.slice(0, LONGEST_TEXT_CHARACTERS - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}
