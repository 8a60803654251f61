import { expect, test } from 'vitest';
import { joinedComments } from '../../src/sources/joined-comments.ts';

const half = 'x'.repeat(32_768);

test.each<{ it: string; comments: string[]; joined: string }>([
  { it: 'nothing is an empty text', comments: [], joined: '' },
  { it: 'the oldest comes first', comments: ['one', 'two'], joined: 'one\n---\ntwo' },
  { it: '64 KiB are kept, separators apart', comments: [half, half], joined: `${half}\n---\n${half}` },
  { it: 'a byte more, and the oldest is left out', comments: ['old', half, half], joined: `${half}\n---\n${half}` },
  { it: 'what comes before one that does not fit is left out, short as it is', comments: ['a', `${half}${half}`, 'b'], joined: 'b' },
  { it: 'a newest that does not fit leaves nothing', comments: ['old', `${half}${half}!`], joined: '' },
  { it: 'bytes count, not letters', comments: ['old', 'é'.repeat(32_768)], joined: 'é'.repeat(32_768) },
])('$it', ({ comments, joined }) => {
  expect(joinedComments(comments)).toBe(joined);
});
