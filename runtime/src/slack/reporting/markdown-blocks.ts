import { escaped } from '../mrkdwn.ts';
import { type Block, LONGEST_HEADER, LONGEST_SECTION, type RichTextSection, section } from './blocks.ts';
import { parseInline, plainText, toMrkdwn, toRichText } from './inline-markdown.ts';
import { isTableRow, isTableStart, tableBlock } from './markdown-table.ts';
import { cutTo, lengthOf } from './runes.ts';

const DIVIDER = /^\s*(?:-{3,}|_{3,}|\*{3,})\s*$/;
const HEADING = /^(#{1,3})\s+(\S.*)$/;
const BULLET = /^\s*[-*•]\s+(\S.*)$/;
const ORDERED = /^\s*\d+\.\s+(\S.*)$/;
const FENCE = /^\s*(?:```|~~~)/;
const TICKS = '```';

/**
 * What an agent wrote in Markdown, as blocks of Slack: dividers, headings, tables, lists, code and text, which calls nobody.
 *
 * **Guarantee** Each block is within what Slack takes, and there is one table at most, for Slack refuses a message with two: further ones, and those that are too large, are code.
 */
export function markdownBlocks(markdown: string): Block[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let text: string[] = [];
  const flush = () => {
    blocks.push(...textSections(text));
    text = [];
  };
  const add = (...added: readonly Block[]) => {
    flush();
    blocks.push(...added);
  };
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    const heading = HEADING.exec(line);
    const end = blockEnd(lines, at);
    if (FENCE.test(line)) add(...codeSections(lines.slice(at + 1, FENCE.test(lines[end - 1]!) && end - 1 > at ? end - 1 : end)));
    else if (DIVIDER.test(line)) add({ type: 'divider' });
    else if (heading) add(...header(heading[2]!));
    else if (isTableStart(line, lines[at + 1])) add(...table(lines.slice(at, end), blocks));
    else if (listStyle(line)) add(list(lines.slice(at, end), listStyle(line)!));
    else text.push(line);
    at = end;
  }
  flush();
  return blocks;
}

/** The line after the block that begins at `from`. */
function blockEnd(lines: readonly string[], from: number): number {
  const line = lines[from]!;
  let end = from + 1;
  if (FENCE.test(line)) {
    while (end < lines.length && !FENCE.test(lines[end]!)) end += 1;
    return Math.min(end + 1, lines.length);
  }
  if (isTableStart(line, lines[end])) {
    while (end < lines.length && isTableRow(lines[end]!)) end += 1;
    return end;
  }
  const style = DIVIDER.test(line) ? undefined : listStyle(line);
  if (style === undefined) return end;
  const isItem = (at: number) => at < lines.length && !DIVIDER.test(lines[at]!) && listStyle(lines[at]!) === style;
  // One empty line between two items does not end the list.
  while (isItem(end) || (lines[end]?.trim() === '' && isItem(end + 1))) end += 1;
  return end;
}

function header(text: string): Block[] {
  const shown = cutTo(plainText(parseInline(text)).replaceAll('`', '').trim(), LONGEST_HEADER);
  return shown === '' ? [] : [{ type: 'header', text: { type: 'plain_text', text: shown } }];
}

function table(lines: readonly string[], before: readonly Block[]): Block[] {
  const block = before.some(({ type }) => type === 'table') ? undefined : tableBlock(lines);
  return block ? [block] : codeSections(lines);
}

function listStyle(line: string): 'bullet' | 'ordered' | undefined {
  return BULLET.test(line) ? 'bullet' : ORDERED.test(line) ? 'ordered' : undefined;
}

function list(lines: readonly string[], style: 'bullet' | 'ordered'): Block {
  const elements = lines.flatMap((line): RichTextSection[] => {
    const item = (style === 'bullet' ? BULLET : ORDERED).exec(line);
    return item ? [{ type: 'rich_text_section', elements: toRichText(parseInline(item[1]!.trimEnd())) }] : [];
  });
  return { type: 'rich_text', elements: [{ type: 'rich_text_list', style, indent: 0, elements }] };
}

function textSections(lines: readonly string[]): Block[] {
  const rendered = lines.flatMap((line) => {
    const quoted = /^\s*>\s?/.exec(line);
    const shown = quoted ? `> ${toMrkdwn(parseInline(line.slice(quoted[0].length)))}` : toMrkdwn(parseInline(line));
    // Too long to be shown in one piece: without its markup, that no half of it is left.
    return lengthOf(shown) <= LONGEST_SECTION ? [shown] : pieces(line, LONGEST_SECTION);
  });
  return joined(rendered, LONGEST_SECTION).map((text) => text.replace(/^\n+|\s+$/g, '')).filter((text) => text.trim() !== '').map(section);
}

function codeSections(lines: readonly string[]): Block[] {
  const most = LONGEST_SECTION - 2 * (TICKS.length + 1);
  // Ticks in a row would end it early; a space of no width between them does not show.
  const shown = lines.flatMap((line) => pieces(line.replaceAll(TICKS, '`\u200b`\u200b`'), most));
  return joined(shown, most).filter((text) => text.trim() !== '').map((text) => section(`${TICKS}\n${text}\n${TICKS}`));
}

/** As few texts as hold all lines, each no longer than `most`. */
function joined(lines: readonly string[], most: number): string[] {
  const texts: string[] = [];
  let current: string[] = [];
  let length = 0;
  for (const line of lines) {
    const added = lengthOf(line) + 1;
    if (length + added - 1 > most) {
      texts.push(current.join('\n'));
      current = [];
      length = 0;
    }
    current.push(line);
    length += added;
  }
  return [...texts, current.join('\n')];
}

/** The text, shown letter by letter, in pieces no longer than `most`, none of which ends in the middle of what stands for a letter. */
function pieces(text: string, most: number): string[] {
  if (text.length * 5 <= most) return [escaped(text)];
  const all: string[] = [];
  let piece: string[] = [];
  let length = 0;
  for (const character of text) {
    const shown = escaped(character);
    const size = shown.length > 2 ? shown.length : 1;
    if (length + size > most) {
      all.push(piece.join(''));
      piece = [];
      length = 0;
    }
    piece.push(shown);
    length += size;
  }
  return [...all, piece.join('')];
}
