import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/agent/line-splitter.ts';

function linesOf(chunks: readonly Buffer[], longest?: number) {
  const splitter = new LineSplitter(longest);
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()];
}

test('lines do not depend on how the stream is cut into chunks', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(20)), (text, sizes) => {
    const bytes = Buffer.from(text);
    const chunks: Buffer[] = [];
    let at = 0;
    for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
    chunks.push(bytes.subarray(at));
    const expected = bytes.toString().split('\n');
    if (expected.at(-1) === '') expected.pop();
    expect(linesOf(chunks).map((line) => line.text)).toEqual(expected.map((line) => line.replace(/\r$/, '')));
  }));
});

test('a line of 11 MiB is kept whole', () => {
  const line = Buffer.alloc(11 * 1024 * 1024, 'x');
  expect(linesOf([line, Buffer.from('\nnext')]).map(({ text, cut }) => [text.length, cut])).toEqual([[line.length, false], [4, false]]);
});

test('of a longer line the beginning is kept, and the next one is whole', () => {
  expect(linesOf([Buffer.from('0123456'), Buffer.from('789\nnext\n')], 5)).toEqual([{ text: '01234', cut: true }, { text: 'next', cut: false }]);
});
