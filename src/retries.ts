import type { Duration } from 'cdk8s';

/** Which part of a Task failed. */
export enum TaskFailure {
  /** The agent: it gave up, crashed, or left no result. */
  AGENT = 'Agent',
  /** What comes before it: the clone, its branch, its files, its plugins and skills. */
  PREPARATION = 'Preparation',
  /** Its Pod was stopped: by a drain, an eviction or a hand, and through no fault of the agent. */
  STOPPED = 'Stopped',
  /** It took longer than `podOverrides.activeDeadlineSeconds`. */
  DEADLINE = 'Deadline',
  /** It was stopped because it had spent what it may. Another attempt has what is left of that, or of its budget. */
  LIMIT = 'Limit',
  /** The agent did its work, and left something else than the `outputs` of the Task, also after it was told. */
  OUTPUT_INVALID = 'OutputInvalid',
}

/** Whether, when and after which failures a Task is tried again, by another Job. */
export interface Retries {
  /** How many Jobs may follow the first: 0 to 10. */
  readonly limit: number;
  /**
   * How long after the first failure the next Job starts. Each further one waits twice as long as the one before it, an hour at most.
   *
   * @default - 30 seconds
   */
  readonly backoff?: Duration;
  /**
   * After which failures.
   *
   * @default - all but `LIMIT`
   */
  readonly on?: TaskFailure[];
}
