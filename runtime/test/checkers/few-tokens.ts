import type { FaultKind } from '../faults/faults.ts';
import type { Run } from './run.ts';

/** A token that was asked for and whose answer, or whose write, was lost is asked for again; so is one for a process that begins anew. */
const TOKENS_PER_FAULT = 2;
/** A clock that jumps moves when tokens are due, for each time that they are. */
const TOKENS_PER_WRONG_CLOCK = 6;
const SECOND_LIVES: readonly FaultKind[] = ['made again', 'made again unseen'];

/** GitHub is asked for a constant number of tokens more than where nothing goes wrong: each installation has a limit that others share. */
export function fewTokens({ github, expected, faults, processes }: Pick<Run, 'github' | 'expected' | 'faults' | 'processes'>): string[] {
  const undisturbed = expected.reduce((sum, run) => sum + run.github.issued.length, 0);
  const starts = processes.reduce((sum, process) => sum + process.starts, 0);
  const lives = 1 + SECOND_LIVES.reduce((sum, kind) => sum + (faults.points.get(kind) ?? 0), 0);
  const most = lives * undisturbed + (undisturbed === 0 ? 0 : TOKENS_PER_FAULT * (faults.total + starts) + TOKENS_PER_WRONG_CLOCK * (faults.points.get('wrong clock') ?? 0));
  return expected.length > 0 && github.issued.length > most ? [`GitHub was asked for ${github.issued.length} tokens, undisturbed ${undisturbed}, and ${faults.total} faults in ${starts} processes`] : [];
}
