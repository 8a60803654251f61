import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { SocketConnection } from '../../src/slack/socket-connection.ts';
import { type SlackSocketServer, startSlackSocketServer } from '../../src/testing/slack-socket-server.ts';
import { aSpawner, CHANNEL } from '../sources/slack/slack-fixtures.ts';
import { aRig } from './slack-fixtures.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Real time, but nobody waits for a back-off: what is waited for here is the other side. */
function impatient(waited: number[]): Clock {
  const kept = [2_500, 30_000];
  return { ...systemClock, after: (ms, callback) => systemClock.after(kept.includes(ms) ? ms : (waited.push(ms), 0), callback) };
}

async function start({ appToken = 'xapp-test', server: given }: { appToken?: string; server?: SlackSocketServer } = {}) {
  const waited: number[] = [];
  const clock = impatient(waited);
  const rig = aRig(systemClock, [aSpawner()]);
  rig.slack.channel(CHANNEL);
  const server = given ?? (await startSlackSocketServer(rig.slack));
  const connection = new SocketConnection({ appToken, apiUrl: server.apiUrl, deliveries: rig.deliveries, fetch: globalThis.fetch, clock, random: () => 0 });
  const abort = new AbortController();
  const running = connection.run(abort.signal);
  cleanups.push(() => server.close(), () => running, () => abort.abort());
  const tell = (text: string, id: string) => server.send('events_api', { type: 'event_callback', event_id: id, event: rig.slack.say(CHANNEL, text) });
  return { connection, server, abort, running, waited, tell, ...rig };
}
const until = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 60_000, interval: 5 });

describe('a connection by Socket Mode', () => {
  test('hears events, and acknowledges them when they are Tasks', async () => {
    const { connection, tell, spawning } = await start();
    await until(() => connection.isConnected);
    expect(await tell('<@UBOT> fix it', 'Ev1')).toEqual({});
    expect(spawning.made).toHaveLength(1);
  });

  test('answers a slash command in its acknowledgement', async () => {
    const { connection, server, spawning } = await start();
    await until(() => connection.isConnected);
    const answer = await server.send('slash_commands', { command: '/fix', channel_id: CHANNEL, user_id: 'UANN', text: 'it', trigger_id: '1.2' });
    expect(answer).toEqual({ text: `:white_check_mark: Accepted: Task \`${spawning.made[0]}\`.` });
  });

  test('acknowledges what it has no use for', async () => {
    const { connection, server } = await start();
    await until(() => connection.isConnected);
    expect(await server.send('interactive', { type: 'block_actions' })).toEqual({});
  });

  test('does not acknowledge what could not be taken, and takes it when it comes again', async () => {
    const { connection, server, tell, spawning } = await start();
    await until(() => connection.isConnected);
    spawning.before = () => {
      throw new Error('the API server is away');
    };
    const refused = tell('<@UBOT> fix it', 'Ev1');
    expect(await tell('no mention', 'Ev2')).toEqual({});
    expect(server.unacknowledged).toBe(1);
    delete spawning.before;
    expect(await tell('<@UBOT> fix it', 'Ev1')).toEqual({});
    server.cut();
    expect([await refused, spawning.made.length]).toEqual([undefined, 1]);
  });

  test.each<[string, (server: SlackSocketServer) => void]>([
    ['Slack renews it', (server) => server.refresh()],
    ['the network breaks', (server) => server.cut()],
  ])('is opened again when %s, and loses nothing', async (_, end) => {
    const { connection, server, slack, tell, spawning } = await start();
    const opened = () => slack.calls.filter(({ method }) => method === 'apps.connections.open').length;
    for (let round = 1; round <= 3; round += 1) {
      await until(() => opened() === round && connection.isConnected);
      expect(await tell(`<@UBOT> fix ${round}`, `Ev${round}`)).toEqual({});
      end(server);
    }
    expect(spawning.made).toHaveLength(3);
  });

  test('is tried again when Slack is away, refuses or closes it, and ends no process', async () => {
    const { connection, slack, waited } = await start({ appToken: 'xapp-wrong' });
    await until(() => waited.length >= 1);
    expect(connection.isConnected).toBe(false);
    slack.fault = () => ({ status: 502 });
    const tries = waited.length;
    await until(() => waited.length >= tries + 1);
  });

  test('that cannot be opened is a problem after a minute, with the reason', async () => {
    let nowMs = 0;
    const rig = aRig(systemClock, []);
    const server = await startSlackSocketServer(rig.slack);
    const clock: Clock = { now: systemClock.now, elapsed: () => nowMs, after: systemClock.after };
    const connection = new SocketConnection({ appToken: 'xapp-wrong', apiUrl: server.apiUrl, deliveries: rig.deliveries, fetch: globalThis.fetch, clock, random: () => 0 });
    const abort = new AbortController();
    const running = connection.run(abort.signal);
    cleanups.push(() => server.close(), () => running, () => abort.abort());
    await until(() => rig.slack.calls.length > 0);
    nowMs = 59_999;
    expect(connection.problem).toBeUndefined();
    nowMs = 60_000;
    await until(() => connection.problem?.includes('invalid_auth') === true);
    expect(connection.problem).toBe('no connection by Socket Mode: Slack did not open a connection: An API error occurred: invalid_auth');
  });

  test('is closed when it is no longer wanted', async () => {
    const { connection, server, abort, running } = await start();
    await until(() => connection.isConnected);
    abort.abort();
    await running;
    await until(() => server.connections === 0);
    expect(connection.isConnected).toBe(false);
  });
});
