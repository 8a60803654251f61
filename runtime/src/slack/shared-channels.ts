import type { Clock } from '../kube/clock.ts';
import type { SlackApi } from './slack-api.ts';

/** A channel becomes a shared one when somebody invites another company, which takes them longer than this. */
const FRESH_MS = 5 * 60_000;
const MOST_CHANNELS = 10_000;

/** Which channels another company reads along in. One that cannot be asked about counts as such: what is written there cannot be taken back. */
export class SharedChannels {
  readonly #api: Pick<SlackApi, 'isShared'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly isShared: boolean; readonly at: number }>();

  constructor(api: Pick<SlackApi, 'isShared'>, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  async has(channel: string): Promise<boolean> {
    const known = this.#known.get(channel);
    if (known && this.#clock.elapsed() - known.at < FRESH_MS) return known.isShared;
    try {
      const isShared = await this.#api.isShared(channel);
      if (this.#known.size >= MOST_CHANNELS) this.#known.clear();
      this.#known.set(channel, { isShared, at: this.#clock.elapsed() });
      return isShared;
    } catch {
      return true;
    }
  }

  /** It has changed: the next question is asked anew. */
  forget(channel: string): void {
    this.#known.delete(channel);
  }
}
