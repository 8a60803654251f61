import type { FaultKind } from '../faults/faults.ts';
import type { Run } from './run.ts';

/** What a fault may cost, in requests beyond those of an undisturbed run, whatever the number of Tasks. */
const WRITES_PER_FAULT = 4;
const READS_PER_FAULT = 4;
const STREAMS_PER_FAULT = 12;
/** Where many faults meet, what one of them makes a conflict another may make one again. */
const WRITES_PER_WRITE_OF_MANY = 3;
/** A watch that lags makes each write of a Task a conflict until it is heard of: tried again after 5 ms, then twice as long each time, so often in the 3 minutes that a watch may be silent. */
const CONFLICTS_PER_LAG = 16;
const LAGS: readonly FaultKind[] = ['frozen', 'half-open', 'expired event', 'old list', 'cut', 'garbage'];
/** And the name that is still taken by the first one's is asked for again every 2 s. */
const WRITES_PER_SECOND_LIFE = 12;
/** Where a token is renewed, a clock that jumps moves when: of the extra writes of all 54 such points, at most 8, each renewed the token of a GitHub App. */
const RENEWALS_PER_WRONG_CLOCK = 4;
/** One that is ahead by a minute takes each Job that starts for one without a Pod: the status of its Task says so, once, until the Pod is seen. */
const STATUSES_PER_WRONG_CLOCK = 1;
const RENEWAL = /^PATCH .*\/secrets\/.*-github-token$/;
const SECOND_LIVES: readonly FaultKind[] = ['made again', 'made again unseen'];

/** A fault costs a constant number of requests: no storm of writes, of lists, or of watches. */
export function trafficIsBounded({ traffic, expected, faults, processes, names }: Run): string[] {
  const undisturbed = (kind: 'writes' | 'reads' | 'streams') => expected.reduce((sum, run) => sum + run.traffic[kind].length, 0);
  const count = (kinds: readonly FaultKind[]) => kinds.reduce((sum, kind) => sum + (faults.points.get(kind) ?? 0), 0);
  const starts = processes.reduce((sum, process) => sum + process.starts, 0);
  const secondLives = count(SECOND_LIVES);
  const renews = expected.some((run) => run.traffic.writes.some((write) => RENEWAL.test(write)));
  const bounds = {
    writes: ((faults.total > 1 ? WRITES_PER_WRITE_OF_MANY : 1) + secondLives) * undisturbed('writes') + WRITES_PER_SECOND_LIFE * secondLives + WRITES_PER_FAULT * faults.total + ((renews ? RENEWALS_PER_WRONG_CLOCK : 0) + STATUSES_PER_WRONG_CLOCK * names.length) * count(['wrong clock']) + CONFLICTS_PER_LAG * count(LAGS) * names.length,
    reads: (1 + secondLives) * undisturbed('reads') + READS_PER_FAULT * (faults.total + starts),
    streams: undisturbed('streams') + STREAMS_PER_FAULT * (faults.total + starts),
  };
  return (['writes', 'reads', 'streams'] as const).flatMap((kind) => (traffic[kind].length > bounds[kind] ? [`${traffic[kind].length} ${kind}, undisturbed ${undisturbed(kind)}, and ${faults.total} faults in ${starts} processes`] : []));
}
