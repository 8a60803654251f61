import type { TaskStatus } from '@taskwright/schema';
import type { DeclaredOutputs } from '../declared-outputs.ts';
import type { Attempt } from './attempts.ts';
import { declaredResults } from './declared-results.ts';
import { resultsOf } from './result-lines.ts';
import { totalUsage, usageOf } from './usage.ts';

/** The agent's answer is kept up to this size: etcd refuses an object of 1.5 MiB, and every watcher gets each status. */
const LONGEST_RESPONSE_BYTES = 32 * 1024;
const LONGEST_LINE_CHARACTERS = 4096;
const MOST_LINES = 256;

/**
 * What is stored of what the agents of a Task left: the lines and results of the last attempt, the usage of all.
 *
 * The answer, which may be long, is stored once: in `results.response` and not among `outputs`, and cut to a bound. So are the outputs that the Task
 * declares, which are never cut.
 */
export function outcomeOf(attempts: readonly Attempt[], declared?: DeclaredOutputs): Pick<TaskStatus, 'outputs' | 'results' | 'usage'> {
  const result = attempts.at(-1)?.result;
  const lines = result?.lines ?? [];
  const isStoredOnce = (line: string) => line.startsWith('response: ') || declared?.names.some((name) => line.startsWith(`${name}: `));
  const outputs = lines.filter((line) => !isStoredOnce(line)).map((line) => line.slice(0, LONGEST_LINE_CHARACTERS)).slice(0, MOST_LINES);
  const { response } = resultsOf(lines.slice(-MOST_LINES));
  const results = { ...resultsOf(outputs), ...(response === undefined ? {} : { response: boundedResponse(response) }), ...(declared && declaredResults(result, declared)) };
  const usage = totalUsage(attempts.map(({ result }) => result && usageOf(resultsOf(result.lines))));
  return {
    ...(outputs.length > 0 ? { outputs } : {}),
    ...(Object.keys(results).length > 0 ? { results } : {}),
    ...(usage ? { usage } : {}),
  };
}

/** Base64 in, base64 out; a cut never splits a character. */
function boundedResponse(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= LONGEST_RESPONSE_BYTES) return base64;
  let end = LONGEST_RESPONSE_BYTES;
  while (end > 0 && (bytes[end]! & 0b1100_0000) === 0b1000_0000) end -= 1;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from('…')]).toString('base64');
}
