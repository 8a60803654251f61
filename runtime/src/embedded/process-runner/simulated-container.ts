import type { SimulatedContainer, SimulatedImage } from '../images.ts';
import type { ContainerLog } from './container-log.ts';
import type { Exit, RunningContainer } from './container-process.ts';

/** What a shell reports for a program that failed without saying how. */
const FAILED = 1;
const TERMINATED = 128 + 15;
const KILLED = 128 + 9;

/** Runs a container of a simulated image: a call, no process. One that throws has failed, with the error in its log. */
export function startSimulated(image: SimulatedImage, container: Omit<SimulatedContainer, 'signal'>, log: ContainerLog): RunningContainer {
  const stop = new AbortController();
  let kill = (_exit: Exit) => {};
  const killed = new Promise<Exit>((resolve) => (kill = resolve));
  const run = async (): Promise<Exit> => {
    try {
      const { exitCode = 0, terminationMessage, log: text } = await image.run({ ...container, signal: stop.signal });
      if (text) log.write('stdout', Buffer.from(text));
      return { exitCode, ...(terminationMessage !== undefined && { terminationMessage }) };
    } catch (error) {
      log.write('stderr', Buffer.from(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`));
      return { exitCode: stop.signal.aborted ? TERMINATED : FAILED };
    }
  };
  const exited = Promise.race([run(), killed]).then((exit) => {
    log.end();
    return exit;
  });
  return {
    exited,
    terminate: () => stop.abort(),
    kill: () => {
      stop.abort();
      kill({ exitCode: KILLED });
    },
  };
}
