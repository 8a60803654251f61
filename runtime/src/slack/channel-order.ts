import { InFlightLimit } from '../kube/in-flight-limit.ts';

/** Channels that are worked for at a time: each waits for answers of Slack and of the API server. */
const MOST_CHANNELS = 16;
/** Events that wait or are worked on. More are refused, and Slack sends them again. */
const MOST_EVENTS = 1_000;

/** There is more to do than can wait. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/**
 * Does what is asked for a channel in the order in which it was asked, and for several channels at a time.
 *
 * **Guarantee** What fails for one event holds up no other.
 *
 * **Errors** {@link Overloaded} when too much waits.
 */
export class ChannelOrder {
  readonly #limit = new InFlightLimit(MOST_CHANNELS);
  readonly #last = new Map<string, Promise<unknown>>();
  #events = 0;

  async run<T>(channel: string, work: () => Promise<T>): Promise<T> {
    if (this.#events >= MOST_EVENTS) throw new Overloaded(`slack: ${MOST_EVENTS} events wait already; they come again`);
    this.#events += 1;
    const before = this.#last.get(channel) ?? Promise.resolve();
    const done = before.then(() => this.#limit.run(work));
    const settled = done.then(() => {}, () => {});
    this.#last.set(channel, settled);
    try {
      return await done;
    } finally {
      this.#events -= 1;
      if (this.#last.get(channel) === settled) this.#last.delete(channel);
    }
  }
}
