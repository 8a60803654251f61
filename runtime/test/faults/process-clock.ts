import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { Clock, Timer } from '../../src/kube/clock.ts';

/**
 * The clock of one process among several: its wall clock may be wrong, and the process may be stopped (SIGSTOP) and go on.
 *
 * While it is stopped, time passes and nothing of it runs: what fell due meanwhile runs, in order, when it goes on.
 */
export class ProcessClock implements Clock {
  readonly #base: VirtualClock;
  readonly #timers = new Set<Timer>();
  #wrongByMs = 0;
  #lostMs = 0;
  #stoppedAt: number | undefined;
  #late: { run: () => void; isCancelled: boolean }[] = [];
  #running: PromiseWithResolvers<void> | undefined;
  readonly #losesTime: boolean;

  /** `losesTime`: `elapsed` and what is due stand still while the process does, as no honest clock does. For the canary. */
  constructor(base: VirtualClock, { losesTime = false }: { losesTime?: boolean | undefined } = {}) {
    this.#base = base;
    this.#losesTime = losesTime;
  }

  now(): Date {
    return new Date(this.#base.now().getTime() + this.#wrongByMs);
  }

  elapsed(): number {
    return this.#base.elapsed() - this.#lostMs;
  }

  after(ms: number, callback: () => void): Timer {
    const entry = { run: callback, isCancelled: false };
    const timer = this.#base.after(ms, () => {
      this.#timers.delete(timer);
      if (this.#stoppedAt === undefined) callback();
      else this.#late.push(entry);
    });
    this.#timers.add(timer);
    return {
      cancel: () => {
        entry.isCancelled = true;
        this.#timers.delete(timer);
        timer.cancel();
      },
    };
  }

  /** Sets the wall clock wrong, against that of everybody else. 0 sets it right. */
  beWrongBy(ms: number): void {
    this.#wrongByMs = ms;
  }

  stop(): void {
    this.#stoppedAt ??= this.#base.elapsed();
    this.#running ??= Promise.withResolvers();
  }

  goOn(): void {
    if (this.#stoppedAt === undefined) return;
    const lostMs = this.#losesTime ? this.#base.elapsed() - this.#stoppedAt : 0;
    this.#lostMs += lostMs;
    this.#stoppedAt = undefined;
    // Node runs the timers that are due before it looks at its sockets.
    for (const entry of this.#late.splice(0)) {
      if (lostMs > 0) this.#base.after(lostMs, () => entry.isCancelled || entry.run());
      else if (!entry.isCancelled) entry.run();
    }
    this.#running?.resolve();
    this.#running = undefined;
  }

  /** Resolves at once while the process runs, else when it goes on. */
  async running(): Promise<void> {
    while (this.#running) await this.#running.promise;
  }

  /** The process is gone: no timer of it fires any more. */
  end(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#late = [];
    this.#running ??= Promise.withResolvers();
    this.#stoppedAt ??= this.#base.elapsed();
  }
}
