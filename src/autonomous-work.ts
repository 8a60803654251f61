import type { Duration } from 'cdk8s';

/** Work that an agent does without being asked, round after round. */
export interface AutonomousWork {
  /** What it works at. */
  readonly goal: string;
  /**
   * The pause between two rounds: whole seconds, an hour at most.
   *
   * @default - none
   */
  readonly interval?: Duration;
  /**
   * How long a round may take: whole seconds, a day at most. Nothing at all sets no limit.
   *
   * @default Duration.seconds(60)
   */
  readonly maxRoundTime?: Duration;
}
