import '@slack/web-api'; // Loaded before time is virtual: nobody could tell how long that takes.
import { type Task, taskResource } from '@taskwright/schema';
import { KubeClient } from '../../../src/kube/client.ts';
import { Informer } from '../../../src/kube/informer.ts';
import { Manager } from '../../../src/kube/manager.ts';
import type { KubeRequest, Transport } from '../../../src/kube/transport.ts';
import { slackReporter } from '../../../src/slack/reporting/slack-reporter.ts';
import { SlackApi } from '../../../src/slack/slack-api.ts';
import { SlackServer, type StoredMessage } from '../../../src/testing/slack-server.ts';
import { startCluster, type TestCluster } from '../../tasks/test-cluster.ts';

export const CHANNEL = 'C0123ABCD';

/** When a process dies: at its n-th change of the outside, before that is done, or after it and before the answer. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export interface ReporterRig {
  readonly cluster: TestCluster;
  readonly slack: SlackServer;
  /** The message that asked for it. */
  readonly thread: string;
  /** Somebody asks for something else. */
  beginThread(): void;
  /** What the agent has printed. */
  log: string;
  logsRead: number;
  /** A process that reports; it ends what was started before. Resolves when its cache is full. */
  start(death?: Death): Promise<ReporterProcess>;
  /** Makes the Task, as the source annotates it. */
  create(name?: string, annotations?: Record<string, string>): Promise<void>;
  status(status: object, name?: string): Promise<void>;
  annotations(name?: string): Record<string, string>;
  /** What we wrote into the thread, the oldest first. */
  told(): StoredMessage[];
  stop(): Promise<void>;
}

export interface ReporterProcess {
  /** Changes of the outside that it made or tried. */
  readonly changes: number;
  readonly isDead: boolean;
}

export async function startRig(): Promise<ReporterRig> {
  const cluster = await startCluster();
  const { clock, client, api: server } = cluster;
  const slack = new SlackServer({ clock });
  let thread = slack.say(CHANNEL, '<@UBOT> fix it').ts;
  let running: Manager | undefined;

  const rig: ReporterRig = {
    cluster, slack, log: '', logsRead: 0,
    get thread() {
      return thread;
    },
    beginThread() {
      thread = slack.say(CHANNEL, '<@UBOT> fix it').ts;
    },
    async start(death) {
      await running?.stop();
      const process = { changes: 0, isDead: false };
      const requireAlive = () => {
        if (process.isDead) throw new TypeError('fetch failed', { cause: new Error('the process has died') });
      };
      const guarded = async <T>(isChange: boolean, act: () => Promise<T>): Promise<T> => {
        requireAlive();
        if (isChange) process.changes += 1;
        const dies = isChange && process.changes === death?.at;
        if (dies && death.when === 'before') process.isDead = true;
        requireAlive();
        const answer = await act();
        if (dies) process.isDead = true;
        requireAlive();
        return answer;
      };
      const fetch: typeof globalThis.fetch = (input, init) => clock.hold(guarded(/chat\.(postMessage|update)$/.test(String(input)), () => slack.fetch(input as string, init)));
      const transport: Transport = {
        request: (request: KubeRequest) => guarded(request.method !== 'GET', () => server.transport.request(request)),
        async stream(request) {
          requireAlive();
          if (!request.path.includes('/log')) return server.transport.stream(request);
          rig.logsRead += 1;
          return { status: 200, headers: {}, body: bytes(rig.log) };
        },
        close: async () => {},
      };
      const own = new KubeClient(transport, { userAgent: 'test', clock });
      const tasks = new Informer<Task>(own, { resource: taskResource, clock, random: () => 0 });
      const api = heldBy(new SlackApi({ token: 'xoxb-test', clock, fetch }), (call) => clock.hold(call));
      running = new Manager({ informers: [tasks], controllers: [slackReporter({ api, client: own, tasks, clock })] });
      await running.ready;
      return process;
    },
    async create(name = 'fix', annotations = {}) {
      await cluster.create({
        metadata: {
          name, namespace: 'dev', labels: { 'kelos.dev/slack-reporting': 'enabled' },
          annotations: { 'kelos.dev/slack-reporting': 'enabled', 'kelos.dev/slack-channel': CHANNEL, 'kelos.dev/slack-thread-ts': thread, ...annotations },
        },
        spec: { prompt: 'fix it', worker: { type: 'claude-code', credentials: { type: 'none' } } },
      } as never);
    },
    async status(status, name = 'fix') {
      await client.patchMerge(taskResource, { namespace: 'dev', name, subresource: 'status' }, { status });
      await clock.settle();
    },
    annotations(name = 'fix') {
      const told = Object.entries(cluster.task(name)?.metadata.annotations ?? {}).filter(([key]) => /slack-(report-phase|message-ts|progress-ts|parts-posted)$/.test(key));
      return Object.fromEntries(told.map(([key, value]) => [key.replace(/.*\/slack-/, ''), value]));
    },
    told: () => slack.thread(CHANNEL, thread).slice(1),
    async stop() {
      const last = running;
      running = undefined;
      if (!last) return;
      await last.stop();
      await cluster.stop();
    },
  };
  return rig;
}

/** An agent that says something, as its events have it. */
export function says(text: string): string {
  return `${JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text }] } })}\n`;
}

export function uses(name: string, input: object): string {
  return `${JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', name, input }] } })}\n`;
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** Virtual time stands still while Slack's client works: it takes turns of its own. */
function heldBy(api: SlackApi, hold: <T>(work: Promise<T>) => Promise<T>): SlackApi {
  return new Proxy(api, {
    get(target, name) {
      const member = target[name as keyof SlackApi] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => hold(member.apply(target, args));
    },
  });
}
