import { TemplateFault } from './template-error';

/**
 * How much a template may ask for. Templates come from users and their data from strangers, and all of them are rendered in
 * one process: no template may take it for itself. Go has none of these limits, but for the two on depth, which are higher there.
 */
export const LIMITS = {
  /** Larger than any prompt that a person writes; parsing one of these takes some 20 ms. */
  templateBytes: 128 * 1024,
  /** Of the output and of any text on the way to it. A prompt travels in a ConfigMap, which takes 1 MiB. */
  outputBytes: 1024 * 1024,
  /** Of work: a node that is visited, a round of a range, 64 bytes that are read or written. */
  steps: 250_000,
  /** Of blocks, parentheses and `template` calls inside each other: the stack has an end. */
  nesting: 100,
  /** Of maps and lists inside each other, when one is printed. */
  dataDepth: 100,
} as const;

const BYTES_PER_STEP = 64;
/** What is escaped is looked at letter by letter. */
const ESCAPED_BYTES_PER_STEP = 4;

/** Counts what one rendering has used up. Throws when it is more than its share. */
export class Budget {
  private left: number = LIMITS.steps;

  public spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new TemplateFault(`it takes more than ${LIMITS.steps} steps; range over less, or print less`);
  }

  public spendBytes(count: number): void {
    this.spend(Math.ceil(count / BYTES_PER_STEP));
  }

  public spendEscaped(bytes: number): void {
    this.spend(Math.ceil(bytes / ESCAPED_BYTES_PER_STEP));
  }

  /** A text that was made. */
  public checkText(bytes: number): void {
    if (bytes > LIMITS.outputBytes) throw new TemplateFault(`it makes a text of more than ${LIMITS.outputBytes} bytes; range over less, or print less`);
  }
}
