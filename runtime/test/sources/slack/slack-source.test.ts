import { events } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import type { SourceEvent } from '../../../src/sources/source-event.ts';
import { slackSource } from '../../../src/sources/slack/slack-source.ts';
import type { SlackEvent } from '../../../src/sources/slack/slack-event.ts';
import { aCommand, aMessage, aSpawner, bot, CHANNEL, contextOf, countedDetails } from './slack-fixtures.ts';

const match = (event: SlackEvent, details = countedDetails(), spawner = aSpawner()) => slackSource.match(spawner.spec.when.slack!, { event, bot, details }, contextOf(spawner));

describe('the event of a message', () => {
  test('has everything that a Task is made of', async () => {
    expect(await match(aMessage({ text: '<@UBOT> fix the login\nplease', files: [{ name: 'log.txt', permalink: 'https://x.test/log' }] }))).toEqual({
      id: '1763764800.000100',
      nameSuffix: 'slack-54b9c89679ba',
      summary: 'message 1763764800.000100 in C0123ABCD',
      variables: {
        ID: '1763764800.000100', Title: '<@UBOT> fix the login', Body: '<@UBOT> fix the login\nplease', URL: '', Kind: 'SlackMessage', Text: 'fix the login\nplease',
        User: 'UANN', UserName: '', Channel: CHANNEL, Thread: '1763764800.000100', Command: '', Files: 'log.txt https://x.test/log',
      },
      labels: [],
      annotations: { 'kelos.dev/slack-reporting': 'enabled', 'kelos.dev/slack-channel': CHANNEL, 'kelos.dev/slack-user-id': 'UANN', 'kelos.dev/slack-thread-ts': '1763764800.000100' },
      taskLabels: { 'kelos.dev/slack-reporting': 'enabled' },
      origin: { actor: 'UANN', subject: 'C0123ABCD/1763764800.000100', text: '<@UBOT> fix the login\nplease' },
    });
  });

  test('asks Slack for nothing that no template reads', async () => {
    const details = countedDetails({ permalink: 'https://acme.slack.com/p1', userName: 'Ann', conversation: { messages: [], leftOut: 0 } });
    await match(aMessage({ threadTs: '1763764700.000100' }), details);
    expect(details.asked).toEqual([]);
  });

  test('asks for what they read', async () => {
    const details = countedDetails({ permalink: 'https://acme.slack.com/p1', userName: 'Ann', conversation: { messages: [aMessage({ text: 'it is broken' })], leftOut: 0 } });
    const event = (await match(aMessage({ threadTs: '1763764700.000100' }), details, aSpawner({ prompt: '{{.UserName}} at {{.URL}}: {{.Body}}' }))) as SourceEvent;
    expect(details.asked.toSorted()).toEqual(['conversation', 'permalink', 'userName']);
    expect([event.variables['Body'], event.variables['URL'], event.variables['UserName']]).toEqual(['Slack thread conversation:\n\nUser: it is broken', 'https://acme.slack.com/p1', 'Ann']);
  });

  test('of a reply keeps what was written when the thread cannot be read', async () => {
    const event = (await match(aMessage({ threadTs: '1763764700.000100' }), countedDetails(), aSpawner({ prompt: '{{.Body}}' }))) as SourceEvent;
    expect([event.variables['Body'], event.annotations['kelos.dev/slack-thread-ts']]).toEqual(['<@UBOT> fix the login', '1763764700.000100']);
  });

  test('that begins a thread does not ask for the thread', async () => {
    const details = countedDetails();
    await match(aMessage({ threadTs: '1763764800.000100' }), details, aSpawner({ prompt: '{{.Body}}' }));
    expect(details.asked).toEqual([]);
  });

  test('that is our own says so, where messages of bots are taken', async () => {
    const spawner = aSpawner({ slack: { botMessagePolicy: 'All', triggers: [{ pattern: 'fix', mentionOptional: true }] } });
    const of = async (message: Parameters<typeof aMessage>[0]) => ((await match(aMessage({ text: 'fix it', ...message }), countedDetails(), spawner)) as SourceEvent).origin!;
    const ours = await of({ user: bot.userId });
    const how = { fetch: () => Promise.reject(new Error('it is known')), clock: new VirtualClock(), signal: new AbortController().signal };
    expect([ours.actor, await ours.own!.ask(how), (await of({ user: '', botId: 'BOTHER' })).own]).toEqual([bot.userId, bot.userId, undefined]);
  });

  test('is another one in another channel', async () => {
    const [here, there] = (await Promise.all([match(aMessage()), match(aMessage({ channel: 'C0OTHER00' }))])) as SourceEvent[];
    expect(here!.nameSuffix).not.toBe(there!.nameSuffix);
  });
});

test('the event of a slash command is not reported to a thread, since there is none', async () => {
  const id = 'C0123ABCD:/fix:13345224609.738474920';
  expect(await match(aCommand({ text: 'the login\nplease' }))).toEqual({
    id,
    nameSuffix: 'slack-0fc87b1ddb61',
    summary: 'slash command /fix in C0123ABCD',
    variables: {
      ID: id, Title: 'the login', Body: 'the login\nplease', URL: '', Kind: 'SlackMessage', Text: 'the login\nplease', User: 'UANN', UserName: '', Channel: CHANNEL, Thread: '', Command: '/fix', Files: '',
    },
    labels: [],
    annotations: { 'kelos.dev/slack-reporting': 'enabled', 'kelos.dev/slack-channel': CHANNEL, 'kelos.dev/slack-user-id': 'UANN' },
    origin: { actor: 'UANN', subject: CHANNEL, text: 'the login\nplease' },
  });
});

test('what is ruled out says by which field, without a word of what was written in its summary', async () => {
  expect(await match(aMessage({ text: 'hello' }))).toEqual({ id: '1763764800.000100', summary: 'message 1763764800.000100 in C0123ABCD', filter: 'triggers', seen: 'no mention: hello' });
});

test.each([aMessage(), aCommand()])('the event of a $kind has exactly the variables that templates are checked against', async (event) => {
  expect(Object.keys(((await match(event)) as SourceEvent).variables).toSorted()).toEqual(Object.keys(events.find(({ title }) => title === 'SlackMessageEvent')!.variables).toSorted());
});
