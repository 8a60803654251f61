import type { Clock, Timer } from './clock.ts';

/**
 * Calls back once when nothing has been heard for `silenceMs`. One timer, however often something is heard.
 *
 * A peer that vanished without closing its socket looks like a quiet one: only silence tells, since a healthy watch carries a
 * bookmark about once a minute.
 */
export class DeadManTimer {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #onSilence: () => void;
  #heardAt: number;
  #timer: Timer;

  constructor(clock: Clock, silenceMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
    this.#heardAt = clock.elapsed();
    this.#timer = clock.after(silenceMs, () => this.#check());
  }

  heard(): void {
    this.#heardAt = this.#clock.elapsed();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #check(): void {
    const leftMs = this.#heardAt + this.#silenceMs - this.#clock.elapsed();
    if (leftMs <= 0) this.#onSilence();
    else this.#timer = this.#clock.after(leftMs, () => this.#check());
  }
}
