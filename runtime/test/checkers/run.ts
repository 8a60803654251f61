import type { Faults } from '../faults/faults.ts';
import type { Traffic } from '../faults/faulty-transport.ts';
import type { History } from '../faults/history.ts';
import type { Outside } from '../faults/outside.ts';
import type { OperatorProcess } from '../faults/operator-process.ts';
import type { GitHub } from '../../src/testing/github.ts';
import type { Shape } from '../faults/shape.ts';

/** What a checker may look at, when a run is over. It answers with what it found wrong. */
export interface Run {
  readonly names: readonly string[];
  readonly workload: readonly Shape[];
  readonly history: History;
  /** The services that it had to do with. */
  readonly outside: Outside;
  readonly faults: Faults;
  readonly traffic: Traffic;
  /** What the operators logged. */
  readonly lines: readonly string[];
  /** Writes of processes that did not lead. */
  readonly usurped: readonly string[];
  readonly processes: readonly OperatorProcess[];
  /** How the operators stood when it was over. */
  readonly atEnd: readonly { readonly isLeading: boolean; readonly isIdle: boolean }[];
  /** The same lives where nothing goes wrong. */
  readonly expected: readonly Pick<Run, 'history' | 'traffic' | 'github' | 'outside'>[];
  readonly github: Pick<GitHub, 'issued'>;
  /** The time of the cluster then. */
  readonly endedAt: Date;
  readonly caches: { readonly kind: string; readonly cached: readonly string[]; readonly listed: readonly string[] }[];
}
