import { taskResource } from '@taskwright/schema';
import { afterEach, describe, expect, test } from 'vitest';
import { type Death, type ReporterRig, says, startRig, uses } from './reporter-rig.ts';

let rig: ReporterRig;
afterEach(() => rig.stop());

const texts = () => rig.told().map(({ text }) => text);
const response = (text: string) => ({ response: Buffer.from(text).toString('base64') });
const running = { phase: 'Running', podName: 'fix-pod' };
const smallPrint = (index: number) => {
  const block = rig.told()[index]!.blocks!.at(-1) as { elements?: { text: string }[] };
  return block.elements!.map(({ text }) => text);
};

describe('a Task that was asked for in Slack', () => {
  test('is told of in its thread: taken, waiting, worked on, done', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    await rig.cluster.clock.settle();
    expect(rig.told()).toEqual([]);

    await rig.status({ phase: 'Waiting', message: 'Waiting for Workspace "shop" to be created' });
    expect(texts()).toEqual(['Waiting: Waiting for Workspace "shop" to be created (Task: fix)']);
    await rig.status({ phase: 'Pending', message: null });
    expect(texts()).toEqual(['Working on your request... (Task: fix)']);
    const { ts } = rig.told()[0]!;
    expect(rig.annotations()).toEqual({ 'message-ts': ts, 'report-phase': 'accepted' });

    await rig.status({ phase: 'Succeeded', results: { ...response('Fixed **it**'), pr: 'https://x.test/pull/1' } });
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'Fixed **it**\nPR: https://x.test/pull/1 (Task: fix)']);
    expect(rig.annotations()).toEqual({ 'message-ts': ts, 'report-phase': 'succeeded', 'parts-posted': '1' });
  });

  test('costs nothing any more when it is told to its end', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    await rig.status({ phase: 'Succeeded' });
    const calls = rig.slack.calls.length;
    await rig.cluster.clock.advance(24 * 3_600_000);
    await rig.start();
    await rig.cluster.clock.settle();
    expect([rig.slack.calls.length - calls, texts(), rig.logsRead]).toEqual([0, ['Done! (Task: fix)'], 0]);
  });

  test.each<[string, object, Record<string, string>]>([
    ['in no thread', { 'kelos.dev/slack-thread-ts': '' }, {}],
    ['in no channel', { 'kelos.dev/slack-channel': '' }, {}],
  ])('%s is not told of', async (_, annotations) => {
    rig = await startRig();
    await rig.start();
    await rig.create('fix', annotations as Record<string, string>);
    await rig.status(running);
    await rig.cluster.clock.advance(60_000);
    expect([rig.slack.calls, rig.annotations()]).toEqual([[], {}]);
  });

  test('is told of by what the agent says: posted once, then edited, and in the end edited into the answer', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.log = says('I look at **it**');
    await rig.status(running);
    await rig.cluster.clock.advance(5_000);
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'I look at **it** (Task: fix)']);
    rig.log += says('Now I know');
    await rig.cluster.clock.advance(30_000);
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'Now I know (Task: fix)']);
    await rig.status({ phase: 'Succeeded', podName: null, results: response('Fixed') });
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'Fixed (Task: fix)']);
    expect(rig.told()[1]!.blocks!.map(({ type }) => type)).toEqual(['section', 'context']);
  });

  test('shows what the agent does below the newest message, and takes it away again', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.log = uses('Bash', { command: 'npm test' });
    await rig.status(running);
    await rig.cluster.clock.advance(5_000);
    expect(smallPrint(0)).toEqual(['Task: `fix`', 'Running `npm test`...']);
    const calls = rig.slack.calls.length;
    await rig.cluster.clock.advance(5_000);
    expect(rig.slack.calls.length).toBe(calls); // It still does.
    rig.log = '';
    await rig.cluster.clock.advance(5_000);
    const [, first] = smallPrint(0);
    await rig.cluster.clock.advance(5_000);
    const [, second] = smallPrint(0);
    expect([/^[A-Z][a-z]+ing\.\.\.$/.test(first!), first === second]).toEqual([true, false]);
    rig.log = says('I know');
    await rig.cluster.clock.advance(30_000);
    expect([smallPrint(0), smallPrint(1).length]).toEqual([['Task: `fix`'], 2]);
    await rig.status({ phase: 'Failed', message: 'no tokens left', podName: null });
    expect([smallPrint(0), smallPrint(1), texts()[1]]).toEqual([['Task: `fix`'], ['Task: `fix`'], 'Error: no tokens left (Task: fix)']);
  });

  test('has the small print of its first message taken away when nothing else was said', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    await rig.status(running);
    await rig.cluster.clock.advance(5_000);
    expect(smallPrint(0)).toHaveLength(2);
    await rig.status({ phase: 'Succeeded' });
    expect(smallPrint(0)).toEqual(['Task: `fix`']);
  });

  test('shows no more than 500 characters of what the agent says', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.log = says(`  ${'😀'.repeat(501)}`);
    await rig.status(running);
    await rig.cluster.clock.advance(5_000);
    expect(texts()[1]).toBe(`${'😀'.repeat(500)}... (Task: fix)`);
    rig.log = says('😀'.repeat(500));
    await rig.cluster.clock.advance(30_000);
    expect(texts()[1]).toBe(`${'😀'.repeat(500)} (Task: fix)`);
  });

  test('is told of anew when somebody took the message away', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.log = says('one');
    await rig.status(running);
    await rig.cluster.clock.advance(5_000);
    const { messages } = rig.slack.channel('C0123ABCD');
    messages.splice(messages.findIndex(({ text }) => text.startsWith('one')), 1);
    rig.log = says('two');
    await rig.cluster.clock.advance(65_000);
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'two (Task: fix)']);
    messages.pop();
    await rig.status({ phase: 'Succeeded', results: response('Fixed') });
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'Fixed (Task: fix)']);
  });

  test('is told of in plain words when Slack refuses the blocks', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.slack.fault = (method, { blocks }) => (method === 'chat.postMessage' && blocks!.includes('header') ? { error: 'msg_blocks_too_long' } : undefined);
    await rig.status({ phase: 'Succeeded', results: response('# Fixed <!here>') });
    expect(rig.told().map(({ blocks }) => blocks)).toEqual([[{ type: 'section', text: { type: 'mrkdwn', text: '# Fixed &lt;!here&gt; (Task: fix)' } }]]);
  });

  test('waits as long as Slack asks, and loses nothing', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.slack.fault = (method) => (method === 'chat.postMessage' && rig.cluster.clock.elapsed() < 60_000 ? { retryAfterSeconds: 60 } : undefined);
    await rig.status({ phase: 'Succeeded', results: response('Fixed') });
    await rig.cluster.clock.advance(120_000);
    const posts = rig.slack.calls.filter(({ method }) => method === 'chat.postMessage').length;
    expect([texts(), posts]).toEqual([['Fixed (Task: fix)'], 2]);
  });

  test('is given up in a channel that is not there, until something changes', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    rig.slack.fault = () => ({ error: 'channel_not_found' });
    await rig.status({ phase: 'Pending' });
    const calls = rig.slack.calls.length;
    await rig.cluster.clock.advance(3_600_000);
    expect(rig.slack.calls.length).toBe(calls);
    delete rig.slack.fault;
    await rig.status({ phase: 'Succeeded' });
    expect(texts()).toEqual(['Done! (Task: fix)']);
  });

  test('that is deleted is told of no more', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    await rig.status(running);
    await rig.cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
    await rig.cluster.clock.settle();
    const calls = rig.slack.calls.length;
    await rig.cluster.clock.advance(60_000);
    expect([rig.slack.calls.length - calls, texts()]).toEqual([0, ['Working on your request... (Task: fix)']]);
  });
});

test('the small print of many Tasks leaves room for what there is to tell', async () => {
  rig = await startRig();
  await rig.start();
  for (let index = 0; index < 30; index += 1) await rig.create(`fix-${index}`);
  for (let index = 0; index < 30; index += 1) await rig.status(running, `fix-${index}`);
  await rig.cluster.clock.advance(10_000);
  const updates = () => rig.slack.calls.filter(({ method }) => method === 'chat.update').length;
  const before = updates();
  await rig.cluster.clock.advance(60_000);
  expect(updates() - before).toBeLessThanOrEqual(25);
  expect(updates() - before).toBeGreaterThan(5);
});

describe('whatever dies in between', () => {
  const long = response(Array.from({ length: 110 }, (_, index) => `# ${index}`).join('\n'));
  const whole = [/^Working on your request\.\.\. /, /^# 0\n/, /^\(continued, part 2\/3\) /, /^\(continued, part 3\/3\) /].map((text) => expect.stringMatching(text));

  /** All of a life of a Task; the process that dies is followed by another one. Answers how often the first changed the outside. */
  async function live(name: string, death?: Death): Promise<number> {
    const first = await rig.start(death);
    const { clock } = rig.cluster;
    let isReplaced = false;
    const goOn = async () => {
      await clock.advance(6_000);
      if (!first.isDead || isReplaced) return;
      isReplaced = true;
      await rig.start();
      await clock.advance(6_000);
    };
    await rig.create(name);
    rig.log = says('one');
    for (const status of [{ phase: 'Pending' }, running, { phase: 'Succeeded', podName: null, results: long }]) {
      await rig.status(status, name);
      await goOn();
    }
    return first.changes;
  }

  test('each message is there once, whole and in order, and written down', async () => {
    rig = await startRig();
    const changes = await live('whole');
    expect([changes, texts()]).toEqual([12, whole]);
    for (let at = 1; at <= changes; at += 1) {
      for (const when of ['before', 'after'] as const) {
        rig.beginThread();
        await live(`fix-${at}-${when}`, { at, when });
        const [accepted, progress] = rig.told();
        expect({ at, when, texts: texts(), told: rig.annotations(`fix-${at}-${when}`), smallPrint: smallPrint(0).length }).toEqual({
          at, when, texts: whole, told: { 'message-ts': accepted!.ts, 'progress-ts': progress!.ts, 'parts-posted': '3', 'report-phase': 'succeeded' }, smallPrint: 1,
        });
      }
    }
  });

  test('an answer of Slack that is lost makes no second message', async () => {
    rig = await startRig();
    await rig.start();
    await rig.create();
    let lost = 0;
    rig.slack.fault = (method) => (method === 'chat.postMessage' && (lost += 1) <= 2 ? { lostAnswer: true } : undefined);
    await rig.status({ phase: 'Pending' });
    await rig.cluster.clock.advance(60_000);
    await rig.status({ phase: 'Succeeded' });
    await rig.cluster.clock.advance(60_000);
    expect(texts()).toEqual(['Working on your request... (Task: fix)', 'Done! (Task: fix)']);
  });
});
