import type { Clock, Timer } from './clock.ts';
import { type Log, silentLog } from './log.ts';

/** Something outside of this process that keeps it from its work. */
export interface Trouble {
  /** Two of the same key are one trouble that goes on. */
  readonly key: string;
  /** What is wrong, where, and what to do about it. */
  readonly message: string;
  /** The same for programs. */
  readonly fields?: object;
  /** Told only when it is still met this long after it began, in milliseconds. Default: 0. */
  readonly tellAfterMs?: number;
  /** Over only when it was not met for this long, in milliseconds: what comes and goes is one trouble. Default: 0. */
  readonly calmMs?: number;
  /** Who met it does not know why: whoever does has the word. Default: false. */
  readonly isGuess?: boolean;
}

export interface TroublesOptions {
  readonly clock: Clock;
  readonly log?: Log;
}

/** One that lasts is told again this often. */
const REMIND_MS = 600_000;

interface Entry {
  trouble: Trouble;
  readonly since: number;
  times: number;
  lastAt: number;
  toldAt?: number;
  calm?: Timer;
}

/**
 * What keeps the process from its work at the moment: told once when it begins, every 10 min while it lasts, and once when it is over.
 *
 * **Guarantee** However often a trouble is met, and however fast it comes and goes, the log gets a bounded number of lines. What was told is in
 * {@link text} until it is over, so a probe says what the log says.
 */
export class Troubles {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(key: string, is: 'met' | 'over') => void>();

  constructor({ clock, log = silentLog }: TroublesOptions) {
    this.#clock = clock;
    this.#log = log;
  }

  /** What was told and is not over, the oldest first. */
  get text(): string | undefined {
    const told = [...this.#entries.values()].filter(({ toldAt }) => toldAt !== undefined).map(({ trouble }) => trouble.message);
    return told.length === 0 ? undefined : told.join('; ');
  }

  /** The keys of all that were met and are not over, told or not. */
  get keys(): string[] {
    return [...this.#entries.keys()];
  }

  meet(trouble: Trouble): void {
    const now = this.#clock.elapsed();
    const entry = this.#entries.get(trouble.key) ?? { trouble, since: now, times: 0, lastAt: now };
    this.#entries.set(trouble.key, entry);
    if (!trouble.isGuess || entry.trouble.isGuess) entry.trouble = trouble;
    entry.times += 1;
    entry.lastAt = now;
    entry.calm?.cancel();
    entry.calm = undefined;
    const isDue = entry.toldAt === undefined ? now - entry.since >= (trouble.tellAfterMs ?? 0) : now - entry.toldAt >= REMIND_MS;
    if (isDue) this.#tell(entry, now);
    for (const listener of this.#listeners) listener(trouble.key, 'met');
  }

  /** It was looked for and is not there. */
  over(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.calm !== undefined) return;
    const leftMs = entry.lastAt + (entry.trouble.calmMs ?? 0) - this.#clock.elapsed();
    if (leftMs <= 0) this.#end(entry);
    else entry.calm = this.#clock.after(leftMs, () => this.#end(entry));
  }

  /** Calls `listener` whenever a trouble is met or over, and answers how to stop that. */
  onChange(listener: (key: string, is: 'met' | 'over') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    for (const { calm } of this.#entries.values()) calm?.cancel();
    this.#entries.clear();
    this.#listeners.clear();
  }

  #tell(entry: Entry, now: number): void {
    const { trouble, times, since } = entry;
    const again = entry.toldAt === undefined ? {} : { times, forSeconds: Math.round((now - since) / 1_000) };
    entry.toldAt = now;
    this.#log.warn({ ...trouble.fields, ...again, problem: trouble.message }, again.times === undefined ? 'something is in the way' : 'something is still in the way');
  }

  #end(entry: Entry): void {
    const { trouble, times, since, toldAt } = entry;
    this.#entries.delete(trouble.key);
    if (toldAt === undefined) return;
    this.#log.info({ times, forSeconds: Math.round((this.#clock.elapsed() - since) / 1_000), problem: trouble.message }, 'no longer in the way');
    for (const listener of this.#listeners) listener(trouble.key, 'over');
  }
}
