import { createHmac } from 'node:crypto';
import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import { sleep } from '../../src/kube/clock.ts';
import { GitHubServer } from '../../src/testing/github-server.ts';
import { appKey } from '../workspaces/app-fixture.ts';
import type { Faults } from './faults.ts';
import { NAMESPACE, SECRET_VALUE } from './shape.ts';

/** Where GitHub is here. An Enterprise Server: octokit counts what github.com limits once for all processes, and here several are in one. */
export const GITHUB_API = 'https://ghe.acme.test/api/v3';
export const GITHUB_TOKEN = SECRET_VALUE;
/** As whom that token writes. */
const BOT = 'shop-bot';

/** Who takes deliveries. */
export interface Replica {
  /** Whether it has heard of the TaskSpawner of that name. */
  knows(spawner: string): boolean;
  deliver(request: Request): Promise<Response>;
  /** Lets its process end in good order, and another begin. */
  end(): Promise<void>;
}

/** A sender waits this long for an answer. */
const PATIENCE_MS = 10_000;
/** And then for so long before it comes again. */
const PAUSE_MS = 10_000;

/** The services that a life has to do with: GitHub, and somebody who tells each of his events until he hears that it was taken. They forget nothing, and see all that is asked of them. */
export class Outside {
  readonly github: GitHubServer;
  /** Ids of what was told and taken, by the gateway that took it. */
  readonly acknowledged = new Map<string, Set<string>>();
  /** Deliveries that nobody has taken yet. */
  untaken = 0;
  readonly #clock: VirtualClock;
  readonly #faults: Faults;
  readonly #replicas: () => readonly Replica[];

  constructor(clock: VirtualClock, faults: Faults, replicas: () => readonly Replica[]) {
    this.#clock = clock;
    this.#faults = faults;
    this.#replicas = replicas;
    this.github = new GitHubServer({ clock, apiUrl: GITHUB_API });
    this.github.addToken(GITHUB_TOKEN, BOT);
    this.github.apps.register({ appId: '17', slug: BOT, publicKey: appKey.publicKey, installations: { 23: { repositories: ['shop'] } } });
  }

  /** Tells what happens to the TaskSpawner of the gateway's name, as soon as every replica knows of it: to one replica after the other until one answers that it was taken. */
  async tell(gateway: string, id: string): Promise<void> {
    this.untaken += 1;
    while (!this.#replicas().every((replica) => replica.knows(gateway))) await sleep(this.#clock, PAUSE_MS);
    for (let attempt = 0; ; attempt += 1) {
      if (await this.#send(gateway, id, attempt)) break;
      await sleep(this.#clock, PAUSE_MS);
    }
    this.untaken -= 1;
    this.acknowledged.set(gateway, (this.acknowledged.get(gateway) ?? new Set()).add(id));
  }

  /** A rolling update: nobody remembers anything that is not written down. */
  renew(): Promise<unknown> {
    return Promise.all(this.#replicas().map((replica) => replica.end()));
  }

  /** Whether the sender heard that it was taken. */
  async #send(gateway: string, id: string, attempt: number): Promise<boolean> {
    const replicas = this.#replicas();
    const fault = this.#faults.ofDelivery();
    if (fault === 'lost request') return false;
    const to = (index: number) => this.#answerOf(replicas[index % replicas.length]!, gateway, id);
    const [isTaken] = await Promise.all([to(attempt), ...(fault === 'sent twice' ? [to(attempt + 1)] : [])]);
    return isTaken && fault !== 'lost answer';
  }

  async #answerOf(replica: Replica, gateway: string, id: string): Promise<boolean> {
    const gaveUp = new AbortController();
    const late = sleep(this.#clock, PATIENCE_MS, gaveUp.signal).then(() => false, () => false);
    const answer = replica.deliver(delivery(gateway, id)).then(({ ok }) => ok, () => false);
    const isTaken = await Promise.race([answer, late]);
    gaveUp.abort();
    return isTaken;
  }
}

function delivery(gateway: string, id: string): Request {
  const body = JSON.stringify({ id, title: `Alert ${id}` });
  const signature = createHmac('sha256', SECRET_VALUE).update(body).digest('hex');
  return new Request(`http://operator/webhook/${NAMESPACE}/${gateway}`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` } });
}

let warm: Promise<unknown> | undefined;

/** Lets the libraries that GitHub is asked with be loaded, which takes time that no simulated clock knows of. */
export function loadLibraries({ github }: Outside, clock: VirtualClock): Promise<unknown> {
  return (warm ??= new GitHubClients({ clock, fetch: github.fetch }).of(undefined, GITHUB_API).lookUp('/repos/nobody/nothing', { signal: new AbortController().signal }));
}
