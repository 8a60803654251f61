import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, section } from '../../../src/slack/reporting/blocks.ts';
import { markdownBlocks } from '../../../src/slack/reporting/markdown-blocks.ts';
import { blockProblem } from '../../../src/testing/slack-blocks.ts';

const words = (text: string, style?: object) => ({ type: 'text' as const, text, ...(style ? { style } : {}) });
const cell = (...elements: object[]) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });
const list = (style: string, ...items: object[][]) => ({ type: 'rich_text', elements: [{ type: 'rich_text_list', style, indent: 0, elements: items.map((elements) => ({ type: 'rich_text_section', elements })) }] });
const header = (text: string) => ({ type: 'header', text: { type: 'plain_text', text } });

describe('the Markdown of an agent', () => {
  test.each<[string, string, object[]]>([
    ['is text', 'Fixed **it**.\nIn [two](https://x.test) places.\n\nDone.', [section('Fixed *it*.\nIn <https://x.test|two> places.\n\nDone.')]],
    ['is nothing', ' \n\n', []],
    ['has dividers', 'a\n---\nb\n * * *\n ___ \n***', [section('a'), { type: 'divider' }, section('b'), list('bullet', [words('* *')]), { type: 'divider' }, { type: 'divider' }]],
    ['has headings of three levels', '# One\n## Two `x`\n### **Three**\n#### Four', [header('One'), header('Two x'), header('Three'), section('#### Four')]],
    ['has long headings', `# ${'x'.repeat(200)}`, [header(`${'x'.repeat(149)}…`)]],
    ['has lists', '- a\n* **b**\n\n• c\n\n\n1. d\n2. `e`', [list('bullet', [words('a')], [words('b', { bold: true })], [words('c')]), list('ordered', [words('d')], [words('e', { code: true })])]],
    ['has flat lists', '- a\n  - b\ntext', [list('bullet', [words('a')], [words('b')]), section('text')]],
    [
      'has tables, with as many cells as their head', 'T:\n| a | b |\n|---|:-:|\n| **1** | |\n| 2 |\n| 3 | 4 | 5 |\nend',
      [
        section('T:'),
        { type: 'table', rows: [[cell(words('a')), cell(words('b'))], [cell(words('1', { bold: true })), cell(words('\u00a0'))], [cell(words('2')), cell(words('\u00a0'))], [cell(words('3')), cell(words('4'))]] },
        section('end'),
      ],
    ],
    ['has links in tables', '| a |\n|---|\n| [x](https://x.test) <https://y.test\\|y> |', [{ type: 'table', rows: [[cell(words('a'))], [cell({ type: 'link', url: 'https://x.test', text: 'x' }, words(' '), { type: 'link', url: 'https://y.test', text: 'y' })]] }]],
    ['has one table that Slack takes; further ones are code', '| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |', [{ type: 'table', rows: [[cell(words('a'))], [cell(words('1'))]] }, section('```\n| b |\n|---|\n| 2 |\n```')]],
    ['has code, in which nothing counts', 'x\n```sh\n# no heading\n- no <!channel>\n```\ny', [section('x'), section('```\n# no heading\n- no &lt;!channel&gt;\n```'), section('y')]],
    ['has code that does not end', '```\na', [section('```\na\n```')]],
    ['has quotes', '> a **b**\n>c <!here>', [section('> a *b*\n> c &lt;!here&gt;')]],
    ['has rows that are no table', '| a |\n| b |', [section('| a |\n| b |')]],
    ['of Windows is the same', '# a\r\nb\r\n', [header('a'), section('b')]],
  ])('%s', (_, markdown, blocks) => {
    expect(markdownBlocks(markdown)).toEqual(blocks);
    expect(blockProblem(markdownBlocks(markdown))).toBeUndefined();
  });

  test('is split between lines where it can be', () => {
    const [line, other] = ['x'.repeat(1_999), 'y'.repeat(1_500)];
    expect(markdownBlocks(`${line}\n${other}\n${other}`)).toEqual([section(line), section(other), section(other)]);
    expect(markdownBlocks(`${'x'.repeat(1_499)}\n${other}`)).toHaveLength(1);
  });

  test('is split where it has to be, at characters and never in what stands for one', () => {
    const blocks = markdownBlocks(`${'😀'.repeat(3_001)}\n${'&'.repeat(700)}`) as Extract<Block, { type: 'section' }>[];
    expect(blocks.map(({ text: { text } }) => text)).toEqual(['😀'.repeat(3_000), '😀', '&amp;'.repeat(600), '&amp;'.repeat(100)]);
  });

  test('in large tables is code', () => {
    const table = `| a |\n|---|\n${'| 1 |\n'.repeat(200)}`;
    expect(markdownBlocks(table).map(({ type }) => type)).toEqual(['section']);
    expect(markdownBlocks(`|${'a|'.repeat(21)}\n|${'-|'.repeat(21)}`).map(({ type }) => type)).toEqual(['section']);
  });

  const line = fc.oneof(
    fc.constantFrom('```', '---', '| a | b |', '|---|---|', '- x', '1. y', '# z', '', '> q', '<!channel>', '**', '~~', '`', '[a](', '[a](https://x.test)', '<https://x.test|', '\u00a0', '***', '|', '||'),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.integer({ min: 0, max: 4_000 }).map((length) => '&<x>'.repeat(length / 4)),
  );
  test('never throws, and is never refused', () => {
    fc.assert(fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const blocks = markdownBlocks(lines.join('\n'));
      const refused = blocks.map((block) => blockProblem([block])).filter((problem) => problem !== undefined);
      return refused.length === 0 && blocks.filter(({ type }) => type === 'table').length <= 1;
    }), { numRuns: 500 });
  });

  test('never calls anybody', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('<!channel>', '<@U1>', '<#C1>', '**', '~~', '`', '[', '](', ')', '<https://x.test|', '>', '|', '\n', '- ', '> ', 'a', '```\n'), { maxLength: 30 }), (parts) => {
      const shown = markdownBlocks(parts.join('')).flatMap((block) => (block.type === 'section' ? [block.text.text] : []));
      return shown.every((text) => !/<[!@#]/.test(text));
    }), { numRuns: 2_000 });
  });
});
