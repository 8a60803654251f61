import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type } from './a-terminal.ts';
import { temporaryFolder } from '../../runtime/test/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Posts a delivery twice, and answers what was answered. */
async function postTwice(url: string): Promise<number[]> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: '7', title: 'The cart is empty' }) };
  return [(await fetch(url, request)).status, (await fetch(url, request)).status];
}

test('a delivery becomes a commit on a laptop, once, and the fleet goes on until it is stopped', { timeout: 120_000 }, async () => {
  const data = temporaryFolder('on-delivery');
  const answers: Promise<number[]>[] = [];
  const { code, out, err } = await type(['dev', 'examples/on-delivery', '--data', data], {
    cwd: ROOT,
    interruptAt: '✓ Succeeded',
    onLine(line) {
      const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\/webhook/.exec(line) ?? [];
      if (port !== undefined) answers.push(postTwice(`http://127.0.0.1:${port}/webhook/reports`));
    },
  });
  expect({ code, err, answers: await Promise.all(answers) }).toEqual({ code: 0, err: '', answers: [[200, 200]] });
  expect(out).toContain('│ asked to note: Report 7: The cart is empty');
  expect(out.match(/^notes-reports-[0-9a-f]{12} +Succeeded +notes +[0-9a-f]{10} /gm)).toHaveLength(1);

  const { out: listed } = await type(['get', '--data', data], { cwd: ROOT });
  expect(listed.match(/^notes-reports-/gm)).toHaveLength(1);
});
