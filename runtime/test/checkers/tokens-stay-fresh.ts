import { expiresAtMs, TOKEN_LABELS } from '../../src/workspaces/token-secret.ts';
import type { Run } from './run.ts';

/** The token of an agent that works has not ended: where one thing goes wrong, it is renewed in time. */
export function tokensStayFresh({ history, faults }: Pick<Run, 'history' | 'faults'>): string[] {
  // GitHub may be away, and the operator with it, for longer than a token lives.
  if (faults.total > 1) return [];
  const isToken = (labels: Readonly<Record<string, string>> = {}) => Object.entries(TOKEN_LABELS).every(([label, value]) => labels[label] === value);
  return history.of('Secret').filter(({ last }) => isToken(last.metadata.labels)).flatMap(({ name, versions, ownerUid }) => {
    const jobs = history.of('Job').filter((job) => job.ownerUid === ownerUid).map(({ uid }) => uid);
    const pods = history.of('Pod').filter((pod) => jobs.includes(pod.ownerUid ?? ''));
    return versions.flatMap(({ object, time }, index) => {
      const endsMs = expiresAtMs(object) ?? 0;
      const untilMs = versions[index + 1]?.time.getTime() ?? Infinity;
      const usedMs = Math.max(...pods.map(({ lastTime }) => lastTime.getTime()), 0);
      return endsMs < Math.min(untilMs, usedMs) ? [`the token in Secret "${name}" of ${time.toISOString()} ended at ${new Date(endsMs).toISOString()}, and was in use until ${new Date(Math.min(untilMs, usedMs)).toISOString()}`] : [];
    });
  });
}
