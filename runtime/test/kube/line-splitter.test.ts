import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/kube/line-splitter.ts';

test('lines are the same whatever the chunk boundaries are', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }).map((line) => line.replaceAll('\n', ''))), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const splitter = new LineSplitter();
      const seen: string[] = [];
      for (let start = 0; start < bytes.length; ) {
        const size = sizes.next().value;
        seen.push(...splitter.push(bytes.subarray(start, start + size)).map(String));
        start += size;
      }
      expect(seen).toEqual(lines.filter((line) => line !== ''));
      expect(splitter.rest()).toHaveLength(0);
    }),
  );
});

test('U+2028 and U+2029 are data', () => {
  expect(new LineSplitter().push(Buffer.from('a\u2028b\u2029c\nd')).map(String)).toEqual(['a\u2028b\u2029c']);
});

test('half a line stays behind', () => {
  const splitter = new LineSplitter();
  splitter.push(Buffer.from('a\nhal'));
  splitter.push(Buffer.from('f'));
  expect(String(splitter.rest())).toBe('half');
});
