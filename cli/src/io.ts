/** The world as a command sees it: where it writes, what the user set, where it stands. Tests give one of their own. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of arguments start here. */
  readonly cwd: string;
  /** Whether a person looks at `out`: colours and live lines only then. */
  readonly isTerminal: boolean;
  /** Width of the terminal in characters. Left out: lines are as long as they are. */
  readonly columns?: number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A failure the user can act on. Its message is printed as it is, without a stack, and the process exits with `exitCode`. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
