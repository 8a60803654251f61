import { expect, test } from 'vitest';
import { documentText } from '../../../src/sources/jira/document-text.ts';

const text = (value: string) => ({ type: 'text', text: value });
const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });

test.each<{ it: string; document: unknown; read: string }>([
  { it: 'a text is itself', document: 'h1. *bold*', read: 'h1. *bold*' },
  { it: 'nothing is empty', document: null, read: '' },
  { it: 'a paragraph is a line', document: { type: 'doc', version: 1, content: [paragraph(text('one'), text(' line')), paragraph(text('two'))] }, read: 'one line\ntwo' },
  { it: 'a break is one too', document: paragraph(text('a'), { type: 'hardBreak' }, text('b')), read: 'a\nb' },
  { it: 'so is each item of a list', document: { type: 'bulletList', content: ['x', 'y'].map((value) => ({ type: 'listItem', content: [paragraph(text(value))] })) }, read: 'x\ny' },
  { it: 'code keeps its lines', document: { type: 'codeBlock', content: [text('a\n  b')] }, read: 'a\n  b' },
  { it: 'who is mentioned is named', document: paragraph({ type: 'mention', attrs: { id: '1', text: '@Ann' } }, text(', see '), { type: 'inlineCard', attrs: { url: 'https://a.test' } }, { type: 'emoji', attrs: { shortName: ':+1:' } }), read: '@Ann, see https://a.test:+1:' },
  { it: 'what is empty is dropped', document: { type: 'doc', content: [paragraph(), paragraph(text('a')), {}, 7, null] }, read: 'a' },
])('$it', ({ document, read }) => {
  expect(documentText(document)).toBe(read);
});

test('nesting without end comes to an end', () => {
  let document: unknown = text('deep');
  for (let depth = 0; depth < 100_000; depth++) document = { type: 'blockquote', content: [document] };
  expect(documentText({ type: 'doc', content: [paragraph(text('top')), document] })).toBe('top');
});
