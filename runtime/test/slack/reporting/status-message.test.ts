import type { Task } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { context, section } from '../../../src/slack/reporting/blocks.ts';
import { acceptedMessage, finalMessages, progressMessage } from '../../../src/slack/reporting/status-message.ts';
import { blockProblem } from '../../../src/testing/slack-blocks.ts';

const aTask = (status: object = {}): Task => ({ metadata: { name: 'fix-1', namespace: 'team' }, spec: { prompt: 'x' }, status: status as never });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const working = section(':hourglass_flowing_sand: *Working on your request...*');
const line = context('Task: `fix-1`');

describe('a Task that is on its way', () => {
  test.each([{ phase: 'Pending' }, { phase: 'Running', message: 'x' }, { phase: 'Waiting' }, {}])('is worked on (%j)', (status) => {
    expect(acceptedMessage(aTask(status))).toEqual({ text: 'Working on your request... (Task: fix-1)', blocks: [working, line] });
  });

  test('says what it waits for, letter by letter', () => {
    expect(acceptedMessage(aTask({ phase: 'Waiting', message: 'Waiting for Task "<!here>"' }))).toEqual({
      text: 'Waiting: Waiting for Task "&lt;!here&gt;" (Task: fix-1)',
      blocks: [section(':hourglass_flowing_sand: *Waiting:* Waiting for Task "&lt;!here&gt;"'), line],
    });
  });

  test('says what the agent says', () => {
    expect(progressMessage(aTask(), 'I read **it** <@U1>')).toEqual({ text: 'I read **it** &lt;@U1&gt; (Task: fix-1)', blocks: [section('I read *it* &lt;@U1&gt;'), line] });
  });
});

describe('a Task that ended', () => {
  const link = section(':link: *Pull Request:* <https://x.test/pull/1>');
  const failed = section(':x: *Something went wrong*');
  const error = section(':warning: *Error:* out of &lt;tokens&gt;');
  const pr = 'https://x.test/pull/1';
  const message = 'out of <tokens>';

  test.each<[string, object, string, object[]]>([
    ['well, and says nothing', { phase: 'Succeeded' }, 'Done!', [line]],
    ['badly, and says nothing', { phase: 'Failed' }, 'Failed.', [failed, line]],
    ['with a response', { phase: 'Succeeded', message: 'ignored', results: { response: base64('**Fixed** it: é') } }, '**Fixed** it: é', [section('*Fixed* it: é'), line]],
    ['with a response that is not in base64', { phase: 'Succeeded', results: { response: 'Fixed it' } }, 'Fixed it', [section('Fixed it'), line]],
    ['with a response that is no text in base64', { phase: 'Succeeded', results: { response: '/w==' } }, '/w==', [section('/w=='), line]],
    ['with a pull request', { phase: 'Succeeded', results: { pr } }, `PR: ${pr}`, [link, line]],
    ['with a response and a pull request', { phase: 'Succeeded', results: { response: base64('Fixed'), pr } }, `Fixed\nPR: ${pr}`, [section('Fixed'), link, line]],
    ['with an error', { phase: 'Failed', message }, 'Error: out of &lt;tokens&gt;', [failed, error, line]],
    ['with an error and a pull request', { phase: 'Failed', message, results: { pr } }, `PR: ${pr}`, [failed, link, error, line]],
    ['with all of it', { phase: 'Failed', message, results: { pr, response: base64('Half') } }, `Half\nPR: ${pr}\nError: out of &lt;tokens&gt;`, [failed, section('Half'), link, error, line]],
    ['and cost something', { phase: 'Succeeded', usage: { costUSD: '1.25' } }, 'Done!', [context('Task: `fix-1` · $1.25')]],
    ['with a pull request that is none', { phase: 'Succeeded', results: { pr: '<!channel|https://x.test>' } }, 'PR: &lt;!channel|https://x.test&gt;', [section(':link: *Pull Request:* &lt;!channel|https://x.test&gt;'), line]],
  ])('%s', (_, status, text, blocks) => {
    expect(finalMessages(aTask(status))).toEqual([{ text: `${text} (Task: fix-1)`, blocks }]);
  });

  test('has no longer a text than Slack takes', () => {
    const { text } = finalMessages(aTask({ phase: 'Succeeded', results: { response: base64('😀'.repeat(50_000)) } }))[0]!;
    expect([[...text].length, text.endsWith('😀…')]).toEqual([40_000, true]);
  });

  const headings = (count: number) => base64(Array.from({ length: count }, (_, index) => `# ${index}`).join('\n'));
  test.each<[number, object, number[]]>([
    [49, {}, [50]],
    [50, {}, [50, 2]],
    [98, {}, [50, 50]],
    [99, {}, [50, 50, 2]],
    [47, { message, results: { pr } }, [48, 4]],
    [150, { message, results: { pr } }, [48, 48, 48, 13]],
  ])('with %i blocks has as many messages as it takes, with %j', (count, more, sizes) => {
    const { message: failure, results = {} } = more as { message?: string; results?: object };
    const status = { phase: failure ? 'Failed' : 'Succeeded', ...(failure ? { message: failure } : {}), results: { ...results, response: headings(count) } };
    const messages = finalMessages(aTask(status));
    expect(messages.map(({ blocks }) => blocks.length)).toEqual(sizes);
    expect(messages.map(({ blocks }) => blockProblem(blocks))).toEqual(sizes.map(() => undefined));
    expect(messages.flatMap(({ blocks }) => blocks as { type: string }[]).filter(({ type }) => type === 'header')).toHaveLength(count);
    const said = sizes.slice(0, -1).map((_, index) => context(`Task: \`fix-1\` · Part ${index + 1}/${sizes.length}`));
    expect(messages.slice(0, -1).map(({ blocks }) => blocks.at(-1))).toEqual(said);
    expect(messages.at(-1)!.blocks.at(-1)).toEqual(line);
    expect(messages.slice(1).map(({ text }) => text)).toEqual(sizes.slice(1).map((_, index) => `(continued, part ${index + 2}/${sizes.length}) (Task: fix-1)`));
  });
});
