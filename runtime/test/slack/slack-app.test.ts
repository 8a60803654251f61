import { createHmac } from 'node:crypto';
import { crds, type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { jobController, jobKeysOf, BY_JOB } from '../../src/embedded/job-controller/job-controller.ts';
import { type Job, jobResource } from '../../src/embedded/job-controller/job.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { Informer } from '../../src/kube/informer.ts';
import { Manager } from '../../src/kube/manager.ts';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { SlackServer } from '../../src/testing/slack-server.ts';
import { startSlackSocketServer } from '../../src/testing/slack-socket-server.ts';
import { aSpawner, CHANNEL } from '../sources/slack/slack-fixtures.ts';
import { FakeKubelet } from '../tasks/fake-kubelet.ts';
import { images, result } from '../tasks/task-fixtures.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const SECRET = 'a-signing-secret';
const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
const until = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 120_000, interval: 10 });

/** A cluster whose agents answer at once, with an operator that is an app of Slack: everything real but Slack and the agents. */
async function start(response = 'Fixed **it** <!channel>') {
  const clock = systemClock;
  const message = result([`response: ${Buffer.from(response).toString('base64')}`, 'pr: https://x.test/pull/1']);
  const kubelet: FakeKubelet = new FakeKubelet(clock, () => client, { runsForMs: 0, message });
  const api = new ApiServer({ clock, podLogs: kubelet });
  const client: KubeClient = new KubeClient(api.transport, { userAgent: 'test' });
  const controllers = api.startControllers();
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  await client.create(NAMESPACES, { metadata: { name: 'team' } });
  const jobs = new Informer<Job>(client, { resource: jobResource });
  const pods = new Informer<Pod, typeof BY_JOB>(client, { resource: podResource, indexes: { [BY_JOB]: jobKeysOf } });
  pods.onChange((change) => kubelet.podChanged(change));
  const manager = new Manager({ informers: [jobs, pods], controllers: [jobController({ client, clock, jobs, pods })] });

  const slack = new SlackServer({ clock });
  slack.channel(CHANNEL);
  const socket = await startSlackSocketServer(slack);
  const metrics = new KubeMetrics();
  const operator = startOperator({
    transport: api.transport, images, metrics,
    slack: { botToken: 'xoxb-test', appToken: 'xapp-test', signingSecret: SECRET, apiUrl: socket.apiUrl, deniesSharedChannels: false },
    deliveries: { address: { host: '127.0.0.1', port: 0 }, files: { signing: {} }, allowsUnsigned: false },
  });
  cleanups.push(() => api.transport.close(), () => controllers.stop(), () => manager.stop(), () => socket.close(), () => operator.stop());
  await until(() => socket.connections > 0 && operator.isReady);
  const create = (spawner: TaskSpawner) => client.create(taskSpawnerResource, { metadata: { name: spawner.metadata.name, namespace: 'team' }, spec: { ...spawner.spec } } as KubeObject);
  const tasks = async () => (await client.list<Task>(taskResource, { namespace: 'team' })).items;
  let events = 0;
  /** As Slack does: again and again, until it is acknowledged. */
  const tell = async (text: string) => {
    const event = slack.say(CHANNEL, text);
    const body = { type: 'event_callback', event_id: `Ev${(events += 1)}`, event };
    await socket.send('events_api', body);
    return event.ts;
  };
  return { slack, socket, operator, metrics, create, tasks, tell };
}

test('what somebody asks for in Slack becomes a Task, and the answer comes into their thread', async () => {
  const { slack, create, tasks, tell, metrics } = await start();
  await create(aSpawner({ prompt: 'Do what {{.User}} asks in {{.Channel}}: {{.Text}}' }));
  const ts = await vi.waitFor(async () => {
    const asked = await tell('<@UBOT> fix the login');
    expect(await tasks()).not.toEqual([]);
    return asked;
  }, { timeout: 120_000, interval: 50 });
  const [task] = await tasks();
  expect([task!.metadata.name, task!.spec.prompt]).toEqual([expect.stringMatching(/^helpers-slack-[0-9a-f]{12}$/), 'Do what UANN asks in C0123ABCD: fix the login']);
  await until(() => slack.thread(CHANNEL, ts).some(({ text }) => text.startsWith('Fixed')));
  expect(slack.thread(CHANNEL, ts).at(-1)!.text).toBe(`Fixed **it** &lt;!channel&gt;\nPR: https://x.test/pull/1 (Task: ${task!.metadata.name})`);
  expect(await metrics.text()).toMatch(/^taskwright_slack_connected 1$/m);
});

test('a slash command is answered with the Task that it became', async () => {
  const { socket, create, tasks } = await start();
  await create(aSpawner());
  let number = 0;
  const answer = await vi.waitFor(async () => {
    const { text } = (await socket.send('slash_commands', { command: '/fix', channel_id: CHANNEL, user_id: 'UANN', text: 'the login', trigger_id: `1.${(number += 1)}` }))!;
    expect(text).toMatch(/Accepted/);
    return text;
  }, { timeout: 120_000, interval: 50 });
  expect((await tasks()).map(({ metadata: { name } }) => `:white_check_mark: Accepted: Task \`${name}\`.`)).toEqual([answer]);
});

test('what comes over HTTP becomes a Task, once, if it is signed', async () => {
  const { slack, operator, create, tasks } = await start();
  await create(aSpawner());
  const event = slack.say(CHANNEL, '<@UBOT> fix it');
  let posts = 0;
  const post = async (secret: string) => {
    // The spawner may not be known yet: then the event was taken, and made nothing.
    const body = JSON.stringify({ type: 'event_callback', event_id: `Ev${(posts += 1)}`, event });
    const at = Math.floor(systemClock.now().getTime() / 1_000);
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
    const answer = await fetch(`http://127.0.0.1:${await operator.deliveryPort}/webhook/slack`, {
      method: 'POST', body, headers: { 'content-type': 'application/json', 'x-slack-request-timestamp': String(at), 'x-slack-signature': signature },
    });
    await answer.body?.cancel();
    return answer.status;
  };
  expect(await post('another secret')).toBe(401);
  await until(() => operator.isReady);
  await vi.waitFor(async () => expect([await post(SECRET), (await tasks()).length]).toEqual([200, 1]), { timeout: 120_000, interval: 100 });
  expect([await post(SECRET), (await tasks()).length]).toEqual([200, 1]);
});

test('an operator with a wrong token says so and goes on', async () => {
  const clock = systemClock;
  const api = new ApiServer({ clock });
  const client = new KubeClient(api.transport, { userAgent: 'test' });
  const controllers = api.startControllers();
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  const slack = new SlackServer({ clock, botToken: 'xoxb-other' });
  const operator = startOperator({ transport: api.transport, images, fetch: slack.fetch, slack: { botToken: 'xoxb-secret', signingSecret: 's', deniesSharedChannels: false } });
  cleanups.push(() => api.transport.close(), () => controllers.stop(), () => operator.stop());
  await until(() => operator.problem?.startsWith('Slack') === true);
  expect([operator.isReady, operator.problem]).toEqual([false, 'Slack does not say who we are: Slack auth.test: answered "invalid_auth"; check SLACK_BOT_TOKEN']);
});
