/** Deeper than any editor nests; what is deeper is left out. */
const DEEPEST = 100;

/** Nodes that stand on lines of their own. */
const BLOCKS = new Set([
  'paragraph', 'heading', 'blockquote', 'codeBlock', 'bulletList', 'orderedList', 'taskList', 'taskItem', 'decisionList', 'decisionItem', 'listItem', 'panel', 'rule',
  'table', 'tableRow', 'tableCell', 'tableHeader', 'expand', 'nestedExpand', 'mediaSingle', 'mediaGroup', 'blockCard',
]);

/** The text of a description or a comment: a string as it is, a document in the Atlassian Document Format line by line. */
export function documentText(document: unknown): string {
  if (typeof document === 'string') return document;
  return textOf(document, 0).replaceAll(/\n{2,}/g, '\n').trim();
}

function textOf(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return '';
  const { type, text, attrs, content } = value as { type?: unknown; text?: unknown; attrs?: unknown; content?: unknown };
  if (typeof text === 'string') return text;
  if (type === 'hardBreak') return '\n';
  const inner = Array.isArray(content) ? content.map((child) => textOf(child, depth + 1)).join('') : inlineText(attrs);
  return BLOCKS.has(String(type)) ? `\n${inner}\n` : inner;
}

/** A mention, an emoji, a status, a date or a link has its text among its attributes. */
function inlineText(attrs: unknown): string {
  const { text, shortName, url } = (typeof attrs === 'object' && attrs !== null ? attrs : {}) as Readonly<Record<string, unknown>>;
  return String([text, shortName, url].find((candidate) => typeof candidate === 'string') ?? '');
}
