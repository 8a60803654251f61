import { atMostOneJob } from '../checkers/at-most-one-job.ts';
import { cachesEqualLists } from '../checkers/caches-equal-lists.ts';
import { everySpendRecorded } from '../checkers/every-spend-recorded.ts';
import { fewTokens } from '../checkers/few-tokens.ts';
import { limitsFit } from '../checkers/limits-fit.ts';
import { noOverspend } from '../checkers/no-overspend.ts';
import { noMoreThanSlots } from '../checkers/no-more-than-slots.ts';
import { noOrphan } from '../checkers/no-orphan.ts';
import { noSecretTold } from '../checkers/no-secret-told.ts';
import { noEventLost } from '../checkers/no-event-lost.ts';
import { noEventTwice } from '../checkers/no-event-twice.ts';
import { nothingStuck } from '../checkers/nothing-stuck.ts';
import { nothingRunsOn } from '../checkers/nothing-runs-on.ts';
import { oneHolderPerBranch } from '../checkers/one-holder-per-branch.ts';
import { onlyLeadersWrite } from '../checkers/only-leaders-write.ts';
import type { Run } from '../checkers/run.ts';
import { sameOutcome } from '../checkers/same-outcome.ts';
import { sameReports } from '../checkers/same-reports.ts';
import { terminalPhasesStay } from '../checkers/terminal-phases-stay.ts';
import { tokensStayFresh } from '../checkers/tokens-stay-fresh.ts';
import { totalsHold } from '../checkers/totals-hold.ts';
import { trafficIsBounded } from '../checkers/traffic-is-bounded.ts';
import { everyTaskCounted } from '../checkers/every-task-counted.ts';
import type { FaultKind } from './faults.ts';
import { type Life, LONGEST_CONVERGENCE_MS } from './live.ts';

/** How a run ended. */
export interface Verdict {
  readonly end: 'converged' | 'wrong' | 'stuck';
  /** What the checkers said. */
  readonly complaints: readonly string[];
  readonly points: ReadonlyMap<FaultKind, number>;
  readonly total: number;
  readonly run: Run;
}

const checkers = [atMostOneJob, noOrphan, nothingRunsOn, oneHolderPerBranch, noMoreThanSlots, noOverspend, limitsFit, everySpendRecorded, tokensStayFresh, fewTokens, terminalPhasesStay, sameOutcome, cachesEqualLists, nothingStuck, onlyLeadersWrite, trafficIsBounded, noEventLost, noEventTwice, totalsHold, everyTaskCounted, sameReports, noSecretTold];

export function verdictOf({ run, isConverged, behind }: Life): Verdict {
  const complaints = [
    ...(isConverged ? [] : [`stuck: not where an undisturbed run is ${LONGEST_CONVERGENCE_MS / 60_000} minutes after the last fault: ${behind.join(', ')}`]),
    ...checkers.flatMap((check) => check(run).map((complaint) => `${check.name}: ${complaint}`)),
  ];
  const end = !isConverged ? 'stuck' : complaints.length > 0 ? 'wrong' : 'converged';
  return { end, complaints, points: run.faults.points, total: run.faults.total, run };
}
