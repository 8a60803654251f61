/** Where the API server finds what a container printed. The process runner implements it; `kubectl logs` ends here. */
export interface PodLogs {
  /**
   * The log, oldest first, in pieces of whole lines. Ends when everything has been sent and, with `follow`, the container has
   * ended; or, without an error, when the signal aborts.
   *
   * Throws `NoSuchLog` when the container has not printed because it never started.
   */
  stream(container: LoggedContainer, options: LogOptions, signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface LoggedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
}

export interface LogOptions {
  /** Stay and send what is printed from now on. Default: false. */
  readonly follow?: boolean;
  /** Start with the last so many lines. Default: with the first. */
  readonly tailLines?: number;
  /** Leave out what was printed before. RFC 3339. */
  readonly sinceTime?: string;
  /** Stop after so many bytes, in the middle of a line if need be. */
  readonly limitBytes?: number;
  /** Begin each line with its time, RFC 3339 with nanoseconds, and a space. Default: false. */
  readonly timestamps?: boolean;
  /** The log of the run before the last restart. Default: false. */
  readonly previous?: boolean;
}

/** There is no log, and why. The API server answers 400 with the message, as the real one does. */
export class NoSuchLog extends Error {
  override readonly name = 'NoSuchLog';
}
