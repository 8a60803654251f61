#!/usr/bin/env node
import { systemClock } from '../kube/clock.ts';
import { layoutOf } from './layout.ts';
import { prepare } from './prepare.ts';
import { capture, run } from './run.ts';
import { StepError, oneLine } from './step-error.ts';
import { writeTerminationMessage } from './termination-message.ts';

/** The program of an agent Pod: `prepare` in its init container, `run <prompt>` as the agent's entrypoint, `capture` at the end of an entrypoint of somebody else. */
const USAGE = 'usage: taskwright-agent prepare | run [<prompt>] | capture';

async function main([command, prompt]: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());
  const { env, stdout, stderr } = process;
  // Whoever read the log may have gone: the run and its result go on.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const surroundings = { env, clock: systemClock, signal: stopped.signal };
  const here = () => ({ ...surroundings, cwd: process.cwd(), isRoot: process.getuid?.() === 0, stdout, stderr });
  try {
    switch (command) {
      case 'prepare':
        await prepare({ ...surroundings, log: (line) => stdout.write(`${line}\n`) });
        return 0;
      case 'run':
        return (await run({ ...here(), prompt })).exitCode;
      case 'capture':
        return (await capture(here())).exitCode;
      default:
        stderr.write(`${USAGE}\n`);
        return 2;
    }
  } catch (error) {
    // A broken invariant keeps its stack in the log; the message is for the Task's status.
    const message = oneLine((error as Error).message);
    stderr.write(`${error instanceof StepError ? message : (error as Error).stack}\n`);
    await writeTerminationMessage(layoutOf(env).terminationFile, message);
    return error instanceof StepError ? error.exitCode : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
