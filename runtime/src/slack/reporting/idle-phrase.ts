const PHRASES = [
  'Thinking...', 'Pondering...', 'Reasoning...', 'Analyzing...', 'Working...', 'Processing...', 'Considering...', 'Evaluating...', 'Deliberating...', 'Reflecting...',
  'Synthesizing...', 'Formulating...', 'Investigating...', 'Examining...', 'Contemplating...',
] as const;

/** What is shown while nobody knows what an agent does: another phrase at each tick, and Tasks do not all say the same. */
export function idlePhrase(uid: string, tick: number): string {
  return PHRASES[((fnv1a(uid) % PHRASES.length) + tick) % PHRASES.length]!;
}

/** FNV-1a of 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
