/** A step could not be done. Its message is one line for whoever wrote the manifest, free of secrets. */
export class StepError extends Error {
  /** The exit code of the program. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'StepError';
    this.exitCode = exitCode;
  }
}

const LONGEST_LINE = 500;

/** Text from another program as one short line: no control characters, no line breaks. */
export function oneLine(text: string, longest = LONGEST_LINE): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return flat.length <= longest ? flat : `${flat.slice(0, longest - 1)}…`;
}
