#!/usr/bin/env node
import { systemClock } from '../kube/clock.ts';
import { layoutOf } from './layout.ts';
import { prepare } from './prepare.ts';
import { StepError, oneLine } from './step-error.ts';
import { writeTerminationMessage } from './termination-message.ts';

/** The program of an agent Pod: `prepare` in its init container, `run <prompt>` as the agent's entrypoint. */
const USAGE = 'usage: taskwright-agent prepare | run [<prompt>]';

async function main([command]: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  process.once('SIGTERM', () => stopped.abort());
  process.once('SIGINT', () => stopped.abort());
  const { env } = process;
  const { terminationFile } = layoutOf(env);
  try {
    switch (command) {
      case 'prepare':
        await prepare({ env, clock: systemClock, signal: stopped.signal, log: (line) => process.stdout.write(`${line}\n`) });
        return 0;
      default:
        process.stderr.write(`${USAGE}\n`);
        return 2;
    }
  } catch (error) {
    // A broken invariant keeps its stack in the log; the message is for the Task's status.
    const message = oneLine((error as Error).message);
    process.stderr.write(`${error instanceof StepError ? message : (error as Error).stack}\n`);
    await writeTerminationMessage(terminationFile, message);
    return error instanceof StepError ? error.exitCode : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
