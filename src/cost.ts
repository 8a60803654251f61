import type { Problem } from './private/problem';

/** An amount of money, as budgets and Tasks count it. */
export class Cost {
  /**
   * So many US dollars. Counted to a billionth of a dollar, beyond which it is rounded up.
   *
   * @param amount the dollars, for example `2.5`; not negative
   */
  public static usd(amount: number): Cost {
    return new Cost(amount);
  }

  private constructor(
    /** The dollars. */
    public readonly dollars: number,
  ) {}

  /** @internal */
  public _render(): string {
    return String(this.dollars);
  }

  /** @internal */
  public _check(path: string): Problem[] {
    if (typeof this.dollars !== 'number' || !Number.isFinite(this.dollars)) return [{ code: 'type', path, got: `${this.dollars}`, allowed: 'it has to be a number of dollars' }];
    if (this.dollars < 0) return [{ code: 'too-small', path, got: `${this.dollars}`, allowed: 'at least 0' }];
    return this.dollars < MOST_DOLLARS ? [] : [{ code: 'too-large', path, got: `${this.dollars}`, allowed: `less than ${MOST_DOLLARS}` }];
  }
}

/** Beyond it a number has no cents. */
const MOST_DOLLARS = 1e12;
