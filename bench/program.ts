import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A process that is measured from outside, through /proc: Linux only. */
export interface Program {
  readonly pid: number;
  /** The next line of its output; rejects when it ends before. */
  line(): Promise<string>;
  tell(line: string): void;
  /** User and system time of all threads so far, in seconds, to a hundredth. */
  cpuSeconds(): number;
  rssMb(): number;
  peakRssMb(): number;
  /** Resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const TICKS_PER_SECOND = 100;
const KEPT_ERROR_BYTES = 4_096;

/** Starts a program that does not outlive this one, whichever way it ends but SIGKILL. */
export function startProgram(command: string, args: readonly string[]): Program {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  endBySignals();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-KEPT_ERROR_BYTES)));
  // A program that has ended reads no more.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  ended.catch(() => {});
  return {
    pid: child.pid!,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args.join(' ')}: ended without an answer: ${errors}`);
      return value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    cpuSeconds: () => cpuTicks(child.pid!) / TICKS_PER_SECOND,
    rssMb: () => kilobytes(child.pid!, 'VmRSS') / 1024,
    peakRssMb: () => kilobytes(child.pid!, 'VmHWM') / 1024,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** A signal alone ends a process without its `exit`, and what it started would run on. */
const endBySignals = (() => {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2]] as const) process.once(signal, () => process.exit(128 + number));
  };
})();

/** Starts a TypeScript file of ours as a process of its own. */
export function startNode(file: string, args: readonly string[] = [], flags: readonly string[] = []): Program {
  return startProgram(process.execPath, [...flags, '--conditions=taskwright-source', file, ...args]);
}

function cpuTicks(pid: number): number {
  // The second field, the name, may hold spaces and ends with the last bracket.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function kilobytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
