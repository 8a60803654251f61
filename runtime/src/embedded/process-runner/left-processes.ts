import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Clock, sleep } from '../../kube/clock.ts';
import { PodDirectory, podsOnDisk } from './pod-directory.ts';
import { processBegan, signalGroup, signalProcess } from './process-group.ts';

/** How long a killed process may take to be gone: it may be in the middle of writing to a slow disk. */
const DEATH_MS = 10_000;
const POLL_MS = 10;
/** What is ended may be starting something at that moment, so one looks again; something that starts ever more is not ours to outrun. */
const MOST_ROUNDS = 50;

/** A process, told apart from a later one of the same id. */
interface ProcessIdentity {
  readonly pid: number;
  readonly began: string;
}

/**
 * Ends the containers that an engine which was killed left running. Resolves when they are gone, so that whatever comes next runs alone.
 *
 * The records of Pods tell of most of them. The others are known by where they live: an engine may be killed between the start of a process and
 * the note of its id, and while bubblewrap makes a sandbox, which dies with the engine only once it is nearly finished.
 *
 * **Assumes** that no engine uses `dataDir`. Without `/proc`, as on a Mac, only what was recorded is found.
 */
export async function endLeftProcesses(dataDir: string, clock: Clock): Promise<void> {
  const pods = podsOnDisk(dataDir);
  if (pods.length === 0) return;
  for (const process of pods.flatMap((uid) => recordedOf(new PodDirectory(dataDir, uid)))) {
    signalGroup(process.pid, 'SIGKILL');
    await untilGone(process, clock);
  }
  const place = `${join(dataDir, 'pods')}/`;
  for (let rounds = 0, left = livingIn(place); left.length > 0; rounds += 1, left = livingIn(place)) {
    if (rounds === MOST_ROUNDS) throw new Error(`processes ${left.map(({ pid }) => pid).join(', ')} of an earlier engine start others faster than they end; end them, or restart the machine`);
    for (const { pid } of left) {
      signalGroup(pid, 'SIGKILL');
      signalProcess(pid, 'SIGKILL');
    }
    for (const process of left) await untilGone(process, clock);
  }
}

function recordedOf(directory: PodDirectory): ProcessIdentity[] {
  return Object.values(directory.readRecord()?.runs ?? {}).flatMap(({ state }) => {
    if (state.kind !== 'running' || state.pid === undefined || state.processBegan === undefined) return [];
    return processBegan(state.pid) === state.processBegan ? [{ pid: state.pid, began: state.processBegan }] : [];
  });
}

async function untilGone({ pid, began }: ProcessIdentity, clock: Clock): Promise<void> {
  for (const killedAt = clock.elapsed(); processBegan(pid) === began; ) {
    if (clock.elapsed() - killedAt > DEATH_MS) throw new Error(`process ${pid} of an earlier engine does not end; end it, or restart the machine`);
    await sleep(clock, POLL_MS);
  }
}

function livingIn(place: string): ProcessIdentity[] {
  return idsOfProcesses().flatMap((pid) => {
    const began = livesIn(place, pid) ? processBegan(pid) : undefined;
    return began === undefined ? [] : [{ pid, began }];
  });
}

/** A sandbox, by the command line that makes it; anything else, by its home and temporary directory. Not by other paths: a person may look into a directory. */
function livesIn(place: string, pid: number): boolean {
  if (pid === process.pid) return false;
  const [program = '', ...args] = wordsOf(pid, 'cmdline');
  if (basename(program) === 'bwrap') return args.some((arg) => arg.startsWith(place));
  return wordsOf(pid, 'environ').some((variable) => variable.startsWith(`HOME=${place}`) || variable.startsWith(`TMPDIR=${place}`));
}

function idsOfProcesses(): number[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return []; // not Linux
  }
}

/** Nothing of one that has ended, or belongs to somebody else. */
function wordsOf(pid: number, file: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
