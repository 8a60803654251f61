import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { sleep } from '../../src/kube/clock.ts';
import { DENIES_SHARED, type DeliveriesOptions } from '../../src/slack/deliveries.ts';
import type { SlackPayload } from '../../src/slack/payload.ts';
import { aSpawner, CHANNEL } from '../sources/slack/slack-fixtures.ts';
import { aRig } from './slack-fixtures.ts';

const start = (spawners = [aSpawner()], options: Partial<DeliveriesOptions> = {}) => {
  const clock = new VirtualClock();
  const rig = aRig(clock, spawners, options);
  rig.slack.channel(CHANNEL);
  let events = 0;
  const told = (event: Record<string, unknown>): SlackPayload => ({ kind: 'event', id: `Ev${(events += 1)}`, event });
  const say = (text: string, more: Parameters<typeof rig.slack.say>[2] = {}, channel = CHANNEL) => told(rig.slack.say(channel, text, more));
  return { clock, told, say, ...rig };
};
const command = (changes: object = {}): SlackPayload => ({ kind: 'command', body: { command: '/fix', channel_id: CHANNEL, user_id: 'UANN', text: 'the login', trigger_id: '1.2', ...changes } });

describe('an event of Slack', () => {
  test('makes a Task of every spawner that waits for it, and tells the others why not', async () => {
    const { deliveries, spawning, say } = start([aSpawner(), aSpawner({ name: 'deployers', slack: { triggers: [{ pattern: '^deploy' }] } })]);
    await deliveries.take(say('<@UBOT> fix the login'));
    expect(spawning.made).toEqual([`helpers-${spawning.events[0]!.nameSuffix}`]);
    expect(spawning.skipped.map(({ filter, seen }) => [filter, seen])).toEqual([['triggers', 'fix the login']]);
  });

  test('that is sent again, meanwhile and afterwards, makes one', async () => {
    const { deliveries, spawning, say } = start();
    const payload = say('<@UBOT> fix the login');
    await Promise.all([deliveries.take(payload), deliveries.take(payload)]);
    await deliveries.take(payload);
    expect(spawning.made).toHaveLength(1);
  });

  test('that one spawner could not take comes again for it, and is known to the others', async () => {
    const { deliveries, spawning, say } = start([aSpawner(), aSpawner({ name: 'others' })]);
    const payload = say('<@UBOT> fix the login');
    let isAway = true;
    spawning.before = ({ metadata: { name } }) => {
      if (isAway && name === 'others') throw new Error('the API server is away');
    };
    await expect(deliveries.take(payload)).rejects.toThrow('slack: 1 of 2 TaskSpawners could not take an event');
    isAway = false;
    await deliveries.take(payload);
    expect(spawning.made.map((name) => name.replace(/-slack-.*/, ''))).toEqual(['helpers', 'others']);
  });

  test('waits for the one before it in its channel, and for no other channel', async () => {
    const { clock, deliveries, slack, spawning, say } = start();
    slack.channel('C0OTHER00');
    const order: string[] = [];
    spawning.before = async (_, { variables }) => {
      if (variables['Text'] === 'slow') await sleep(clock, 10_000);
      order.push(variables['Text'] as string);
    };
    const all = Promise.all([deliveries.take(say('<@UBOT> slow')), deliveries.take(say('<@UBOT> after it')), deliveries.take(say('<@UBOT> elsewhere', {}, 'C0OTHER00'))]);
    await clock.advance(10_000);
    await all;
    expect(order).toEqual(['elsewhere', 'slow', 'after it']);
  });

  test('is refused when a thousand wait, and taken when it comes again', async () => {
    const { clock, deliveries, spawning, say } = start();
    spawning.before = () => sleep(clock, 1_000);
    const payloads = Array.from({ length: 1_001 }, () => say('<@UBOT> fix it'));
    const all = Promise.allSettled(payloads.map((payload) => deliveries.take(payload)));
    await clock.advance(2_000_000);
    const refused = (await all).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    const again = deliveries.take(payloads.at(-1)!);
    await clock.advance(1_000);
    await again;
    expect(spawning.made).toHaveLength(1_001);
  });

  test('of our own starts nothing, and is not worth a decision', async () => {
    const { deliveries, spawning, say } = start();
    await deliveries.take(say('Working on it', { user: 'UBOT', bot_id: 'BBOT' }));
    expect([spawning.made, spawning.skipped]).toEqual([[], []]);
  });

  test('has the whole thread, its author and its address, each asked for once', async () => {
    const prompt = '{{.UserName}} {{.URL}} {{.Body}}';
    const { deliveries, slack, spawning, say } = start([aSpawner({ prompt }), aSpawner({ name: 'others', prompt })]);
    slack.users.set('UANN', 'Ann');
    const first = slack.say(CHANNEL, 'the login is broken');
    for (let count = 0; count < 250; count += 1) slack.say(CHANNEL, `detail ${count}`, { threadTs: first.ts });
    await deliveries.take(say('<@UBOT> fix it', { threadTs: first.ts }));
    const { variables } = spawning.events[0]!;
    expect((variables['Body'] as string).split('\n\n')).toHaveLength(253);
    expect([variables['UserName'], variables['URL'], variables['Thread']]).toEqual(['Ann', expect.stringMatching(/^https:\/\/acme\.slack\.com\/archives\/C0123ABCD\/p\d+$/), first.ts]);
    expect(slack.calls.map(({ method }) => method).toSorted()).toEqual(['chat.getPermalink', 'conversations.replies', 'conversations.replies', 'users.info']);
  });

  test('makes a Task though Slack tells nothing about it', async () => {
    const { deliveries, slack, spawning, say } = start([aSpawner({ prompt: '{{.UserName}} {{.URL}} {{.Body}}' })]);
    slack.fault = () => ({ error: 'internal_error' });
    await deliveries.take(say('<@UBOT> fix it', { threadTs: '1.1' }));
    const { Body, URL, UserName } = spawning.events[0]!.variables;
    expect({ Body, URL, UserName }).toEqual({ Body: '<@UBOT> fix it', URL: '', UserName: 'UANN' });
  });

  test('that says nothing, or nothing to us, is no trouble', async () => {
    const { deliveries, spawning, told } = start();
    for (const event of [{ type: 'reaction_added' }, { type: 'message', channel: CHANNEL, ts: '1.1', subtype: 'message_deleted' }, { type: 'message' }]) await deliveries.take(told(event));
    expect([spawning.made, spawning.skipped]).toEqual([[], []]);
  });
});

describe('a channel that another company reads', () => {
  const shared = { deniesSharedChannels: true };

  test('starts nothing, whenever it was shared', async () => {
    const { clock, deliveries, slack, spawning, say } = start(undefined, shared);
    await deliveries.take(say('<@UBOT> one'));
    slack.channel(CHANNEL).is_ext_shared = true;
    await clock.advance(5 * 60_000);
    await deliveries.take(say('<@UBOT> two'));
    expect(spawning.events.map(({ variables }) => variables['Text'])).toEqual(['one']);
    expect(spawning.skipped.map(({ filter, seen }) => [filter, seen])).toEqual([[DENIES_SHARED, CHANNEL]]);
  });

  test('is asked about once in five minutes', async () => {
    const { deliveries, slack, say } = start(undefined, shared);
    for (const text of ['one', 'two', 'three']) await deliveries.take(say(`<@UBOT> ${text}`));
    expect(slack.calls.map(({ method }) => method)).toEqual(['conversations.info']);
  });

  test('is what a channel counts as that cannot be asked about', async () => {
    const { deliveries, slack, spawning, say } = start(undefined, shared);
    slack.fault = () => ({ error: 'missing_scope' });
    await deliveries.take(say('<@UBOT> fix it'));
    expect(spawning.made).toEqual([]);
  });

  test('is not asked about where nobody minds', async () => {
    const { deliveries, slack, say } = start();
    await deliveries.take(say('<@UBOT> fix it'));
    expect(slack.calls).toEqual([]);
  });
});

describe('an invitation to a channel', () => {
  const joins = (user = 'UBOT') => ({ type: 'member_joined_channel', user, channel: CHANNEL });
  const said = ({ slack }: ReturnType<typeof start>) => slack.channel(CHANNEL).messages.map(({ text }) => text);

  test.each<[string, Partial<DeliveriesOptions>, string, { shared?: boolean; fault?: string }, string[], string[]]>([
    ['is thanked for', { joinMessage: 'Hello' }, 'UBOT', {}, ['Hello'], []],
    ['of somebody else is not', { joinMessage: 'Hello' }, 'UANN', {}, [], []],
    ['is taken in silence without a message', {}, 'UBOT', {}, [], []],
    ['to a shared one is declined', { joinMessage: 'Hello', deniesSharedChannels: true }, 'UBOT', { shared: true }, [], [CHANNEL]],
    ['to one of ours is not', { joinMessage: 'Hello', deniesSharedChannels: true }, 'UBOT', {}, ['Hello'], []],
    ['is declined when Slack does not tell', { joinMessage: 'Hello', deniesSharedChannels: true }, 'UBOT', { fault: 'conversations.info' }, [], [CHANNEL]],
    ['is not thanked for when it cannot be declined', { joinMessage: 'Hello', deniesSharedChannels: true }, 'UBOT', { shared: true, fault: 'conversations.leave' }, [], []],
  ])('%s', async (_, options, user, { shared = false, fault }, messages, left) => {
    const rig = start([], options);
    rig.slack.channel(CHANNEL).is_ext_shared = shared;
    rig.slack.fault = (method) => (method === fault ? { error: 'internal_error' } : undefined);
    await rig.deliveries.take(rig.told(joins(user)));
    expect([said(rig), rig.slack.left]).toEqual([messages, left]);
  });

  test('is not looked into where nobody minds', async () => {
    const rig = start([], { joinMessage: 'Hello' });
    await rig.deliveries.take(rig.told(joins()));
    expect(rig.slack.calls.map(({ method }) => method)).toEqual(['chat.postMessage']);
  });
});

describe('a slash command', () => {
  test.each<[string, object, string | RegExp]>([
    ['that is taken', { outcome: 'Fired', task: 'helpers-slack-1' }, ':white_check_mark: Accepted: Task `helpers-slack-1`.'],
    ['that waits', { outcome: 'Queued', task: 'helpers-slack-1' }, ':hourglass_flowing_sand: Accepted: Task `helpers-slack-1` waits for a free slot.'],
    ['that was taken before', { outcome: 'Known', task: 'helpers-slack-1' }, ':white_check_mark: Accepted before: Task `helpers-slack-1`.'],
    ['that is refused', { outcome: 'Refused', reason: 'maxTotalTasks: 5 of 5, <!channel>' }, ':no_entry: Not accepted by `helpers`: maxTotalTasks: 5 of 5, &lt;!channel&gt;'],
    ['that a field rules out', { outcome: 'Skipped', filter: 'suspend' }, ':no_entry: Not accepted by `helpers`: suspend says so'],
  ])('%s is answered', async (_, decides, text) => {
    const { deliveries, spawning } = start();
    spawning.decides = decides;
    expect(await deliveries.take(command())).toEqual({ text });
  });

  test('that nobody waits for is told so', async () => {
    const { deliveries, spawning } = start([aSpawner({ slack: { channels: ['C0OTHER00'] } })]);
    expect(await deliveries.take(command())).toEqual({ text: 'Nothing here listens to slash commands.' });
    expect(spawning.skipped.map(({ filter }) => filter)).toEqual(['channels']);
  });

  test('without words is asked for them', async () => {
    expect(await start().deliveries.take(command({ text: ' ' }))).toEqual({ text: 'Say what is to be done behind the command.' });
  });

  test('of our own is none', async () => {
    const { deliveries, spawning } = start();
    expect([await deliveries.take(command({ user_id: 'UBOT' })), spawning.made]).toEqual([{}, []]);
  });
});
