/** Why a template cannot be parsed or rendered, and where: `line 3, column 8: there is no "Titel"; did you mean Title?` */
export class TemplateError extends Error {
  public constructor(
    /** Counted from 1. */
    public readonly line: number,
    /** Counted from 1, in UTF-16 units, as editors count. */
    public readonly column: number,
    /** What is wrong and what to do; names variables, never the values of any. */
    public readonly reason: string,
  ) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.name = 'TemplateError';
  }

  /** An error at an offset of the template's text. */
  public static at(text: string, offset: number, reason: string): TemplateError {
    const before = text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return new TemplateError(before.split('\n').length, offset - lineStart + 1, reason);
  }
}

/** What a function or a value objects to, before it is known where in the template that is. */
export class TemplateFault extends Error {}
