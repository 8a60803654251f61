import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';

export interface OperatorChildOptions extends FaultProxyOptions {
  /** The only one that it watches, and the one of its lease. */
  readonly namespace: string;
  /** How its identity in the lease begins. */
  readonly replica: string;
  readonly elects: boolean;
}

const MAIN = fileURLToPath(new URL('../../src/operator/main.ts', import.meta.url));

/** The operator as a process of its own, which reaches the API server through a proxy of its own. */
export class OperatorChild {
  readonly replica: string;
  readonly proxy: FaultProxy;
  /** Exit code and signal. */
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';
  #closed: Promise<void> | undefined;

  private constructor(replica: string, proxy: FaultProxy, child: ChildProcess, folder: string) {
    this.replica = replica;
    this.proxy = proxy;
    this.#child = child;
    this.#folder = folder;
    this.exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (this.#output += text));
  }

  static async start({ namespace, replica, elects, ...options }: OperatorChildOptions): Promise<OperatorChild> {
    const proxy = await FaultProxy.open(options);
    const folder = await mkdtemp(join(tmpdir(), 'taskwright-operator-'));
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace } }],
      clusters: [{ name: 'c', cluster: { server: proxy.url, 'certificate-authority-data': Buffer.from(proxy.ca).toString('base64') } }],
      users: [{ name: 'u', user: { token: 'the-proxy-asks-nobody' } }],
    }));
    const flags = [`--kubeconfig=${kubeconfig}`, `--watch-namespaces=${namespace}`, '--health-probe-bind-address=0', '--metrics-bind-address=0', `--leader-elect=${elects}`];
    const env = { PATH: process.env.PATH, HOME: folder, POD_NAME: replica, POD_NAMESPACE: namespace };
    const child = spawn(process.execPath, ['--conditions=taskwright-source', MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env });
    return new OperatorChild(replica, proxy, child, folder);
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it said. */
  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends what is left of it, once. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
    await this.proxy.close();
    await rm(this.#folder, { recursive: true });
  }
}
