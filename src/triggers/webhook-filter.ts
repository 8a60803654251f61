import type * as l1 from '../l1';
import { checkJsonPath } from '../private/json-path';
import type { Problem } from '../private/problem';
import { checkPattern } from '../private/re2-check';

/** What a value in the body of a webhook has to be. One that is not there does not match. */
export class WebhookFilter {
  /**
   * The value is a certain text. Numbers are compared as they are printed: a million as `1e+06`.
   *
   * @param field the JSONPath of the value
   * @param value the text, which may be empty
   */
  public static equalTo(field: string, value: string): WebhookFilter {
    return new WebhookFilter(field, value, undefined);
  }

  /**
   * The value has a part that matches.
   *
   * @param field the JSONPath of the value
   * @param pattern a regular expression (RE2); with ^ and $ it has to match all of it
   */
  public static matching(field: string, pattern: string): WebhookFilter {
    return new WebhookFilter(field, undefined, pattern);
  }

  private constructor(
    /** The JSONPath of the value. */
    public readonly field: string,
    /** The text that it has to be. */
    public readonly value?: string,
    /** The regular expression that has to match. */
    public readonly pattern?: string,
  ) {}

  /** @internal */
  public _render(): l1.WebhookFilter {
    return { field: this.field, value: this.value, pattern: this.pattern };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    const { field, value, pattern } = this;
    const problems = [...checkJsonPath(field, `${path}.field`), ...checkPattern(pattern, `${path}.pattern`)];
    if (value === undefined && (pattern === undefined || pattern === '')) problems.push({ code: 'required', path: `${path}.pattern`, fix: 'say what it has to match, or use WebhookFilter.equalTo' });
    return problems;
  }
}
