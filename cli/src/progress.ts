import type { Task } from '@taskwright/schema';
import type { TaskObserver } from './follow-tasks.ts';
import type { Io } from './io.ts';
import { cut, duration, harmless, painter } from './terminal.ts';

/** Each Task has a colour of its own, so that two agents that talk at once can be told apart. */
const TASK_COLOURS = ['cyan', 'magenta', 'blue', 'yellow'] as const;

const PHASE_SIGNS: Readonly<Record<string, string>> = { Succeeded: '✓', Failed: '✗' };

/** `12.3 s` and what is around it. */
const TIME_WIDTH = 10;

/** The running story of `taskwright dev`, one line per event, on the terminal and in a log alike. */
export class Progress implements TaskObserver {
  readonly #write: (text: string) => void;
  readonly #io: Pick<Io, 'isTerminal' | 'columns'>;
  readonly #elapsedMs: () => number;
  /** In the order in which they were first told of. */
  readonly #names: string[];
  #nameWidth: number;

  constructor(write: (text: string) => void, io: Pick<Io, 'isTerminal' | 'columns'>, elapsedMs: () => number, names: readonly string[]) {
    this.#write = write;
    this.#io = io;
    this.#elapsedMs = elapsedMs;
    this.#names = [...names];
    this.#nameWidth = Math.max(...names.map(({ length }) => length), 0);
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

  /** On a terminal a line stays one line: `taskwright logs` has it whole. */
  heldUp(task: string, why: string): void {
    this.#line(`${this.#label(task)} ${painter(this.#io)('yellow', '•')} ${harmless(why)}`);
  }

  printed(task: string, _container: string, line: string): void {
    const { isTerminal, columns } = this.#io;
    const shown = isTerminal && columns !== undefined ? cut(harmless(line), columns - TIME_WIDTH - this.#nameWidth - ' │ '.length) : harmless(line);
    this.#line(`${this.#label(task)} ${painter(this.#io)('dim', '│')} ${shown}`);
  }

  #label(name: string): string {
    if (!this.#names.includes(name)) this.#names.push(name);
    this.#nameWidth = Math.max(this.#nameWidth, name.length);
    const colour = TASK_COLOURS[this.#names.indexOf(name) % TASK_COLOURS.length]!;
    return painter(this.#io)(colour, name.padEnd(this.#nameWidth));
  }

  #line(text: string): void {
    const time = `${duration(this.#elapsedMs()).padStart(TIME_WIDTH - 2)}  `;
    this.#write(`${painter(this.#io)('dim', time)}${text}\n`);
  }
}
