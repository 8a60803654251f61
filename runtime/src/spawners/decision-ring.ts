import { cleanText } from '../tasks/outcome/clean-text.ts';
import type { Decision, Outcome } from './decision.ts';

/** A decision as it is kept: of one that was taken again and again, when it was first and last. */
export interface KeptDecision {
  /** RFC 3339, to the millisecond. */
  readonly at: string;
  readonly outcome: Outcome;
  readonly event: string;
  readonly summary: string;
  readonly task?: string;
  readonly filter?: string;
  readonly seen?: string;
  readonly reason?: string;
  /** How often, where that is more than once. */
  readonly times?: number;
  /** When it was taken last, where that is more than once. */
  readonly last?: string;
}

/** Kept of one spawner. */
export const MOST_KEPT = 50;
/** What came to nothing takes no more places than this while something else wants one: a look at hundreds of issues must not push out what was made of the rest. */
const MOST_WITHOUT_EFFECT = 30;
/** Of the text of all, in bytes. A ConfigMap may have 1 MiB, and is sent whole with each write. */
export const MOST_BYTES = 32 * 1024;
/** Characters of each value. Names of Kubernetes have 253 at most. */
const LONGEST = { event: 120, summary: 200, task: 253, filter: 120, seen: 200, reason: 400 };

/** What is kept of a decision: one line each, without control characters, cut. */
export function keptOf({ at, outcome, ...texts }: Decision): KeptDecision {
  const cut = (name: keyof typeof LONGEST) => (texts[name] === undefined ? {} : { [name]: keptText(name, texts[name]) });
  return { at: at.toISOString(), outcome, event: '', summary: '', ...cut('event'), ...cut('summary'), ...cut('task'), ...cut('filter'), ...cut('seen'), ...cut('reason') };
}

/** What is kept of one value. */
export function keptText(name: keyof typeof LONGEST, text: string): string {
  return shortened(cleanText(text), LONGEST[name]);
}

/** Takes decisions into a ring, the newest first. What is in both is one; what made no Task, as the last time and for the same reason, is counted there. */
export function withDecisions(ring: readonly KeptDecision[], more: readonly KeptDecision[]): readonly KeptDecision[] {
  const all = new Map(ring.map((decision) => [identityOf(decision), decision]));
  const lastOf = new Map([...ring].sort(oldestFirst).map((decision) => [decision.event, decision]));
  for (const decision of [...more].sort(oldestFirst)) {
    const id = identityOf(decision);
    const last = lastOf.get(decision.event);
    const known = all.get(id);
    const kept = known ? later(known, decision) : last && isSame(last, decision) ? again(last, decision) : decision;
    all.set(identityOf(kept), kept);
    lastOf.set(kept.event, kept);
  }
  return fitting([...all.values()].sort(oldestFirst).reverse());
}

/** Nothing came of it, as was meant. */
export function isWithoutEffect({ outcome }: Pick<KeptDecision, 'outcome'>): boolean {
  return outcome === 'Skipped' || outcome === 'Known';
}

/** Whether there is something to write: that the same was decided again is written with the next that was not. */
export function isNews(before: readonly KeptDecision[], after: readonly KeptDecision[]): boolean {
  const known = new Set(before.map(identityOf));
  return after.some((decision) => !known.has(identityOf(decision)));
}

/** A line each, so that people can read it as it is. */
export function textOf(ring: readonly KeptDecision[]): string {
  return ring.map((decision) => `${JSON.stringify(decision)}\n`).join('');
}

/** What somebody else wrote between is left out. */
export function readRing(text: string): KeptDecision[] {
  return text.split('\n').flatMap((line) => {
    try {
      const read = JSON.parse(line) as Partial<KeptDecision> | null;
      return isDecision(read) ? [read] : [];
    } catch {
      return [];
    }
  });
}

function isDecision(read: Partial<KeptDecision> | null): read is KeptDecision {
  return typeof read === 'object' && read !== null && [read.at, read.outcome, read.event, read.summary].every((value) => typeof value === 'string') && !Number.isNaN(Date.parse(read.at!));
}

function identityOf({ at, event, outcome }: KeptDecision): string {
  return `${at} ${outcome} ${event}`;
}

function isSame(a: KeptDecision, b: KeptDecision): boolean {
  return a.outcome === b.outcome && a.outcome !== 'Fired' && a.outcome !== 'Queued' && a.task === b.task && a.filter === b.filter && a.seen === b.seen && a.reason === b.reason;
}

/** It was taken once more. */
function again(known: KeptDecision, { at }: KeptDecision): KeptDecision {
  return at <= (known.last ?? known.at) ? known : { ...known, times: (known.times ?? 1) + 1, last: at };
}

/** The same entry, as two have it. */
function later(a: KeptDecision, b: KeptDecision): KeptDecision {
  return (b.times ?? 1) > (a.times ?? 1) ? b : a;
}

function oldestFirst(a: KeptDecision, b: KeptDecision): number {
  const [first, second] = [a.last ?? a.at, b.last ?? b.at];
  return first === second ? (identityOf(a) < identityOf(b) ? -1 : 1) : first < second ? -1 : 1;
}

function fitting(newestFirst: readonly KeptDecision[]): readonly KeptDecision[] {
  const withEffect = newestFirst.filter((decision) => !isWithoutEffect(decision)).length;
  const mostWithout = Math.max(MOST_WITHOUT_EFFECT, MOST_KEPT - withEffect);
  let [without, bytes] = [0, 0];
  const kept: KeptDecision[] = [];
  for (const decision of newestFirst) {
    if (kept.length === MOST_KEPT) break;
    if (isWithoutEffect(decision) && without === mostWithout) continue;
    bytes += Buffer.byteLength(JSON.stringify(decision)) + 1;
    if (bytes > MOST_BYTES) break;
    without += isWithoutEffect(decision) ? 1 : 0;
    kept.push(decision);
  }
  return kept;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
