import type { Task } from '@taskwright/schema';
import type { TaskObserver } from './follow-tasks.ts';
import type { Io } from './io.ts';
import { duration, harmless, painter } from './terminal.ts';

/** Each Task has a colour of its own, so that two agents that talk at once can be told apart. */
const TASK_COLOURS = ['cyan', 'magenta', 'blue', 'yellow'] as const;

const PHASE_SIGNS: Readonly<Record<string, string>> = { Succeeded: '✓', Failed: '✗' };

/** The running story of `taskwright dev`, one line per event, on the terminal and in a log alike. */
export class Progress implements TaskObserver {
  readonly #write: (text: string) => void;
  readonly #io: Pick<Io, 'isTerminal'>;
  readonly #elapsedMs: () => number;
  readonly #names: readonly string[];

  constructor(write: (text: string) => void, io: Pick<Io, 'isTerminal'>, elapsedMs: () => number, names: readonly string[]) {
    this.#write = write;
    this.#io = io;
    this.#elapsedMs = elapsedMs;
    this.#names = names;
  }

  /** What has been prepared: `engine      in this process …`. */
  step(subject: string, text: string): void {
    const paint = painter(this.#io);
    this.#line(`${paint('bold', subject.padEnd(12))}${text}`);
  }

  phaseChanged({ metadata: { name = '' }, status }: Task): void {
    if (status?.phase === undefined) return;
    const paint = painter(this.#io);
    const style = status.phase === 'Failed' ? 'red' : status.phase === 'Succeeded' ? 'green' : 'bold';
    const message = status.message ? `: ${harmless(status.message)}` : '';
    this.#line(`${this.#label(name)} ${paint(style, `${PHASE_SIGNS[status.phase] ?? '•'} ${status.phase}`)}${message}`);
  }

  printed(task: string, _container: string, line: string): void {
    this.#line(`${this.#label(task)} ${painter(this.#io)('dim', '│')} ${harmless(line)}`);
  }

  #label(name: string): string {
    const colour = TASK_COLOURS[Math.max(this.#names.indexOf(name), 0) % TASK_COLOURS.length]!;
    const width = Math.max(...this.#names.map((known) => known.length), 0);
    return painter(this.#io)(colour, name.padEnd(width));
  }

  #line(text: string): void {
    const time = duration(this.#elapsedMs()).padStart(8);
    this.#write(`${painter(this.#io)('dim', time)}  ${text}\n`);
  }
}
