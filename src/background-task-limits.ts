import type { Duration } from 'cdk8s';

/** Limits of a task that an agent works at in the background. */
export interface BackgroundTaskLimits {
  /**
   * Rounds of its reasoning loop, at most 1000; 0 sets no limit.
   *
   * @default 10
   */
  readonly maxIterations?: number;
  /**
   * How long it may take: whole seconds, a day at most. Nothing at all sets no limit.
   *
   * @default Duration.minutes(5)
   */
  readonly maxTime?: Duration;
  /**
   * Calls of tools, at most 10,000; 0 sets no limit.
   *
   * @default 50
   */
  readonly maxToolCalls?: number;
}
