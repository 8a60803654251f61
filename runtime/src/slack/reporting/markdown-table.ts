import type { Block, RichTextBlock } from './blocks.ts';
import { parseInline, toRichText } from './inline-markdown.ts';
import { lengthOf } from './runes.ts';

/** What Slack takes in one table. */
const MOST_ROWS = 100;
const MOST_COLUMNS = 20;
const MOST_CHARACTERS = 10_000;
/** An empty text is refused. */
const NOTHING = '\u00a0';

/** Whether a table of Markdown begins at this line: a row, and below it a row of dashes. */
export function isTableStart(line: string, next: string | undefined): boolean {
  return isTableRow(line) && next !== undefined && isTableRow(next) && /^[\s\-:|]+$/.test(next);
}

export function isTableRow(line: string): boolean {
  const row = line.trim();
  return row.length > 2 && row.startsWith('|') && row.endsWith('|');
}

/** The table of these lines, the second of which is the row of dashes. Nothing: it is more than Slack takes. */
export function tableBlock(lines: readonly string[]): Block | undefined {
  const [header, , ...rows] = lines.map(cellsOf);
  const columns = header!.length;
  const all = [header!, ...rows].map((cells) => Array.from({ length: columns }, (_, index) => cells[index] ?? ''));
  if (all.length > MOST_ROWS || columns > MOST_COLUMNS || all.flat().reduce((sum, cell) => sum + lengthOf(cell), 0) > MOST_CHARACTERS) return undefined;
  return { type: 'table', rows: all.map((cells) => cells.map(cellBlock)) };
}

function cellBlock(cell: string): RichTextBlock {
  const elements = toRichText(parseInline(cell));
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: elements.length > 0 ? elements : [{ type: 'text', text: NOTHING }] }] };
}

function cellsOf(line: string): string[] {
  return line.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}
