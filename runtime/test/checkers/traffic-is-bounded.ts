import type { Run } from './run.ts';

/** A write that a late watch makes a conflict is tried again, later each time, as often as fits into the lateness: on a bad day each Task costs so many times what it does on a good one. */
const WRITES_PER_WRITE = 3;
/** And what a fault may cost beside: so many requests more, whatever the number of Tasks. */
const WRITES_PER_FAULT = 4;
const READS_PER_FAULT = 4;
const STREAMS_PER_FAULT = 12;

/** A fault costs a constant number of requests: no storm of writes, of lists, or of watches. */
export function trafficIsBounded({ traffic, expected, faults, processes }: Run): string[] {
  const undisturbed = (kind: 'writes' | 'reads' | 'streams') => expected.reduce((sum, run) => sum + run.traffic[kind].length, 0);
  const starts = processes.reduce((sum, process) => sum + process.starts, 0);
  const bounds = {
    writes: WRITES_PER_WRITE * undisturbed('writes') + WRITES_PER_FAULT * faults.total,
    reads: undisturbed('reads') + READS_PER_FAULT * (faults.total + starts),
    streams: undisturbed('streams') + STREAMS_PER_FAULT * (faults.total + starts),
  };
  return (['writes', 'reads', 'streams'] as const).flatMap((kind) => (traffic[kind].length > bounds[kind] ? [`${traffic[kind].length} ${kind}, undisturbed ${undisturbed(kind)}, and ${faults.total} faults in ${starts} processes`] : []));
}
