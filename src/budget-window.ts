import type * as l1 from './l1';
import { type Problem, quote } from './private/problem';
import { suggestionFor } from './private/suggestion';

/** The time in which what is spent counts together. When it ends, the next one begins with nothing spent. */
export class BudgetWindow {
  /**
   * From one midnight to the next. A day on which clocks change is an hour shorter or longer.
   *
   * @param timezone whose midnight, by its IANA name, for example `Europe/Berlin`; UTC if it is left out
   */
  public static daily(timezone?: string): BudgetWindow {
    return new BudgetWindow(timezone);
  }

  private constructor(
    /** Whose midnight ends it. None: that of UTC. */
    public readonly timezone?: string,
  ) {}

  /** @internal */
  public _render(): l1.TaskBudgetPeriod {
    return { type: 'Daily', timezone: this.timezone };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    const { timezone } = this;
    if (timezone === undefined || typeof timezone !== 'string') return [];
    const near = isTimezone(timezone) ? otherCase(timezone) : (otherCase(timezone) ?? suggestionFor(timezone, Intl.supportedValuesOf('timeZone')));
    if (isTimezone(timezone) && near === undefined) return [];
    const fix = near === undefined ? {} : { fix: `did you mean ${near}?` };
    return [{ code: 'invalid-timezone', path: `${path}.timezone`, got: quote(timezone), allowed: 'it has to be an IANA name such as Europe/Berlin', ...fix }];
  }
}

/** JavaScript takes offsets, too, which the API server does not. */
function isTimezone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The API server reads names from a file system, and minds their case. */
function otherCase(name: string): string | undefined {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')].find((known) => known !== name && known.toLowerCase() === name.toLowerCase());
}
