/**
 * Whether all TaskSpawners are to make nothing for now, and why: a person stops a fleet at once, and lets it go on.
 *
 * Agents that are at work go on. What happens meanwhile is not lost: what is looked for is found later, and who tells is asked to come again.
 */
export class Pause {
  #reason: string | undefined;
  readonly #handlers = new Set<() => void>();

  /** Why, in the words of whoever asked for it; `undefined` when it is not paused. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** `undefined` lets everything go on. */
  set(reason: string | undefined): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    for (const handler of this.#handlers) handler();
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }
}
