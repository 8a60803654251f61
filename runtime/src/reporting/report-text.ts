import { SPAWNER_LABEL, type Task, taskMarker } from '@taskwright/schema';
import { parseQuantity } from '../tasks/outcome/quantity.ts';
import type { Check } from './forge.ts';
import { type ReportPhase, reportPhaseOf } from './report-state.ts';
import { codeBlock, inlineCode } from './safe-markdown.ts';

/** As the reference begins each comment: tools know it by this. */
const HEADING = '🤖 **Kelos Task Status**';

const SENTENCES: Readonly<Record<ReportPhase, (name: string) => string>> = {
  accepted: (name) => `Task \`${name}\` has been **accepted** and is being processed.`,
  succeeded: (name) => `Task \`${name}\` has **succeeded**. ✅`,
  failed: (name) => `Task \`${name}\` has **failed**. ❌`,
};

/** Earlier Tasks that a sticky comment still tells of. */
const MOST_EARLIER = 5;

/** What the comment of one Task says. `webUrl`: where links of agents may lead. */
export function commentBody(task: Task, webUrl: string): string {
  return [HEADING, SENTENCES[reportPhaseOf(task)!](task.metadata.name!), ...details(task, webUrl), markerOf(task)].join('\n\n');
}

/** What the comment of a spawner says on one subject: the newest Task first, whichever ended last. */
export function stickyBody(tasks: readonly Task[], webUrl: string): string {
  const [newest, ...earlier] = tasks.filter((task) => reportPhaseOf(task) !== undefined) as [Task, ...Task[]];
  const lines = earlier.slice(0, MOST_EARLIER).map((task) => `- ${SENTENCES[reportPhaseOf(task)!](task.metadata.name!)}${shortly(task, webUrl)}`);
  const more = earlier.length > MOST_EARLIER ? [`- and ${earlier.length - MOST_EARLIER} before`] : [];
  const before = lines.length > 0 ? [['Earlier:', '', ...lines, ...more].join('\n')] : [];
  return [HEADING, SENTENCES[reportPhaseOf(newest)!](newest.metadata.name!), ...details(newest, webUrl), ...before, `${stickyMarker(newest)}\n${markerOf(newest)}`].join('\n\n');
}

/** By which the comment of a Task is found again. */
export function markerOf({ metadata: { namespace = '', name = '' } }: Task): string {
  return taskMarker(namespace, name);
}

/** The same of a spawner, as the reference writes it. */
export function stickyMarker({ metadata: { namespace = '', labels } }: Task): string {
  return `<!-- kelos.dev/github-status-comment:${namespace}/${labels?.[SPAWNER_LABEL] ?? ''} -->`;
}

const CHECKS: Readonly<Record<ReportPhase, { readonly state: Check['state']; readonly title: string; readonly words: string }>> = {
  accepted: { state: 'running', title: 'In Progress', words: 'is in progress' },
  succeeded: { state: 'succeeded', title: 'Succeeded', words: 'has succeeded' },
  failed: { state: 'failed', title: 'Failed', words: 'has failed' },
};

export function checkText(task: Task, name: string, webUrl: string): Pick<Check, 'state' | 'title' | 'summary'> {
  const { state, title, words } = CHECKS[reportPhaseOf(task)!];
  return { state, title: `${name} — ${title}`, summary: [`Agent task \`${task.metadata.name!}\` ${words}`, ...details(task, webUrl)].join('\n\n') };
}

function details(task: Task, webUrl: string): string[] {
  const { namespace, name } = task.metadata;
  const { phase, message = '' } = task.status ?? {};
  const facts = [pullRequest(task, webUrl), branch(task), spent(task)].filter((fact) => fact !== undefined);
  return [
    ...(phase === 'Waiting' && message !== '' ? [`It waits: ${inlineCode(message)}`] : []),
    ...(facts.length > 0 ? [facts.map((fact) => `- ${fact}`).join('\n')] : []),
    ...(phase === 'Failed' && message !== '' ? [codeBlock(message)] : []),
    ...(phase === 'Failed' ? [`Why, and what to do: \`kubectl describe task ${name!} -n ${namespace!}\``] : []),
  ];
}

function shortly(task: Task, webUrl: string): string {
  const link = pullRequest(task, webUrl);
  return link === undefined ? '' : ` ${link}`;
}

/** An agent says what it likes: only what leads to the same forge is a link. */
function pullRequest({ status }: Task, webUrl: string): string | undefined {
  const said = status?.results?.pr?.trim() ?? '';
  if (said === '') return undefined;
  const url = URL.parse(said);
  const isTrusted = url !== null && url.origin === URL.parse(webUrl)?.origin && url.username === '' && /^[\w./-]+$/.test(url.pathname) && url.search === '' && url.hash === '';
  return `Pull request: ${isTrusted ? url.href : inlineCode(said)}`;
}

function branch({ status }: Task): string | undefined {
  const said = inlineCode(status?.results?.branch ?? '');
  return said === '' ? undefined : `Branch: ${said}`;
}

function spent({ status }: Task): string | undefined {
  const { costUSD, inputTokens, outputTokens } = status?.usage ?? {};
  const tokens = [inputTokens && `${inputTokens.toLocaleString('en-US')} input tokens`, outputTokens && `${outputTokens.toLocaleString('en-US')} output tokens`].filter(Boolean);
  const parts = [...(costUSD === undefined ? [] : [dollars(parseQuantity(costUSD) ?? 0n)]), ...(tokens.length > 0 ? [tokens.join(', ')] : [])].filter((part) => part !== '');
  return parts.length > 0 ? `Cost: ${parts.join(' · ')}` : undefined;
}

/** Whole cents, rounded up: what was spent is never told as nothing. */
function dollars(nano: bigint): string {
  if (nano <= 0n) return '';
  const cents = (nano + 9_999_999n) / 10_000_000n;
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}
