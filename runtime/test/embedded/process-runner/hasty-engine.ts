import type { IsolationKind } from '../../../src/embedded/process-runner/isolation.ts';
import { Laptop, statusOf } from './laptop.ts';

/** An engine that starts many Pods at once, says one line for each that runs, and waits to be killed. */
const [dataDir, stateFile, isolation, seconds] = process.argv.slice(2) as [string, string, IsolationKind, string];

const laptop = await Laptop.start({ dataDir, stateFile, isolation });
await Promise.all(Array.from({ length: 8 }, async (_, index) => {
  const name = `hasty-${index}`;
  await laptop.pod(name, `exec sleep ${seconds}`);
  await laptop.until(name, (pod) => statusOf(pod)?.state.running !== undefined);
  process.stdout.write(`${name}\n`);
}));
