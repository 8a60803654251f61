import { secretResource } from '@taskwright/schema/kubernetes';
import { decodeData } from '../agent-configs/referenced-data.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';

/** How long an answer is given again, in milliseconds: a token that was renewed is used after this at the latest. */
const FRESH_MS = 60_000;
/** Kept at a time. More distinct Secrets than that are read again earlier. */
const MOST_KEPT = 1_000;

type SecretData = Readonly<Record<string, string>>;

interface Answer {
  readonly data: Promise<SecretData | undefined>;
  readonly at: number;
}

/**
 * The Secrets that sources name, read by name and on demand. Nothing is listed or watched, and what was read is forgotten after a minute.
 *
 * **Guarantee** A thousand spawners of one credential ask the server once a minute. A failure, or that there is none, is not remembered.
 */
export class Secrets {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  /** By namespace and name, the oldest answer first. */
  readonly #answers = new Map<string, Answer>();

  constructor({ client, clock }: { readonly client: KubeClient; readonly clock: Clock }) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Its decoded keys; `undefined` when there is no such Secret. */
  async read(namespace: string, name: string): Promise<SecretData | undefined> {
    const key = `${namespace}/${name}`;
    const known = this.#answers.get(key);
    if (known !== undefined && this.#clock.elapsed() - known.at < FRESH_MS) return known.data;
    const answer: Answer = { data: this.#ask(namespace, name), at: this.#clock.elapsed() };
    this.#keep(key, answer);
    try {
      const data = await answer.data;
      if (data === undefined) this.#forget(key, answer);
      return data;
    } catch (error) {
      this.#forget(key, answer);
      throw error;
    }
  }

  async #ask(namespace: string, name: string): Promise<SecretData | undefined> {
    try {
      return decodeData('Secret', await this.#client.get(secretResource, { namespace, name }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #keep(key: string, answer: Answer): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const now = this.#clock.elapsed();
    for (const [old, { at }] of this.#answers) {
      if (now - at < FRESH_MS && this.#answers.size <= MOST_KEPT) break;
      this.#answers.delete(old);
    }
  }

  #forget(key: string, answer: Answer): void {
    if (this.#answers.get(key) === answer) this.#answers.delete(key);
  }
}
