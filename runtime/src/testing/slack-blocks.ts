type Block = Readonly<Record<string, unknown>>;

const MOST_BLOCKS = 50;
const LONGEST_SECTION = 3_000;
const LONGEST_HEADER = 150;
const MOST_ROWS = 100;
const MOST_COLUMNS = 20;
const MOST_TABLE_CHARACTERS = 10_000;

/** What Slack would answer to a message with these blocks; nothing if it would take them. The limits are those of its reference of blocks. */
export function blockProblem(blocks: unknown): string | undefined {
  if (!Array.isArray(blocks)) return 'invalid_blocks_format';
  if (blocks.length > MOST_BLOCKS) return 'invalid_blocks';
  if (blocks.filter(({ type }: Block) => type === 'table').length > 1) return 'invalid_attachments';
  return blocks.every(isTaken) ? undefined : 'invalid_blocks';
}

function isTaken(block: Block): boolean {
  const { type, text, elements, rows } = block as { type?: string; text?: { type: string; text: string }; elements?: Block[]; rows?: Block[][] };
  switch (type) {
    case 'divider':
      return true;
    case 'section':
      return isText(text, LONGEST_SECTION);
    case 'header':
      return text?.type === 'plain_text' && isText(text, LONGEST_HEADER);
    case 'context':
      return isList(elements) && elements.length <= 10 && elements.every((element) => isText(element as never, LONGEST_SECTION));
    case 'rich_text':
      return isList(elements) && elements.every(isRich);
    case 'table':
      return isList(rows) && rows.length <= MOST_ROWS && rows.every((row) => isList(row) && row.length <= MOST_COLUMNS && row.every(isTaken)) && lengthOf(rows) <= MOST_TABLE_CHARACTERS;
    default:
      return false;
  }
}

function isRich({ type, elements, style, text, url }: { type?: string; elements?: Block[]; style?: unknown; text?: unknown; url?: unknown }): boolean {
  switch (type) {
    case 'rich_text_list':
      return (style === 'bullet' || style === 'ordered') && isList(elements) && elements.every(isRich);
    case 'rich_text_section':
      return isList(elements) && elements.every(isRich);
    case 'text':
      return typeof text === 'string' && text !== '';
    case 'link':
      return typeof url === 'string' && url !== '';
    default:
      return false;
  }
}

function isText(text: { type: string; text: string } | undefined, longest: number): boolean {
  return text !== undefined && ['mrkdwn', 'plain_text'].includes(text.type) && text.text !== '' && [...text.text].length <= longest;
}

function isList<T>(list: readonly T[] | undefined): list is readonly T[] {
  return Array.isArray(list) && list.length > 0;
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + lengthOf(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const { text } = value as { text?: unknown };
  return typeof text === 'string' ? [...text].length : Object.values(value).reduce((sum: number, item) => sum + lengthOf(item), 0);
}
