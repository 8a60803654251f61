/** A text of ours stays readable, and one of strangers stays short. */
const LONGEST_CHARACTERS = 500;

/** Text of an agent or a stranger inside a line, as code: no mention, link, comment or markup in it is taken for one. */
export function inlineCode(text: string): string {
  const line = cut(text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim());
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const isEdge = line.startsWith('`') || line.endsWith('`');
  return isEdge ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** The same in lines of its own. */
export function codeBlock(text: string): string {
  const block = cut(text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029]/gu, ' ').trim());
  const fence = '`'.repeat(Math.max(longestRun(block) + 1, 3));
  return `${fence}text\n${block}\n${fence}`;
}

function cut(text: string): string {
  return text.length > LONGEST_CHARACTERS ? `${text.slice(0, LONGEST_CHARACTERS - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
