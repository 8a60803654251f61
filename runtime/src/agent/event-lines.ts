import { oneLine } from './step-error.ts';
import type { AgentOutcome } from './adapter.ts';

/** What a person reads of an event: one short line each, the same for every agent. */
const LONGEST_LOG_LINE = 300;

/** What the agent said. */
export function saidLine(text: string): string[] {
  return text.trim() === '' ? [] : [oneLine(text, LONGEST_LOG_LINE)];
}

/** A tool that it uses, and what for. */
export function toolLine(tool: string, argument = ''): string {
  return oneLine(`> ${tool} ${argument}`, LONGEST_LOG_LINE);
}

/** What the tool gave: its first line, and how many more there were. */
export function resultLine(output: string): string {
  const lines = output.trim().split('\n');
  const more = lines.length > 1 ? ` (+${lines.length - 1} lines)` : '';
  return `  ${oneLine(lines[0]!, LONGEST_LOG_LINE - 40) || '(no output)'}${more}`;
}

/** A tool that failed. */
export function toolErrorLine(reason: string): string {
  return `  ! ${oneLine(reason, LONGEST_LOG_LINE)}`;
}

/** What went wrong around the work. */
export function warningLine(text: string): string {
  return `! ${oneLine(text, LONGEST_LOG_LINE)}`;
}

/** How the run ended. `facts` come first of what is in brackets. */
export function endLine({ costUsd, inputTokens = '0', outputTokens = '0', failure }: AgentOutcome, ...facts: string[]): string {
  const cost = costUsd === undefined ? [] : [`$${Number(costUsd).toFixed(4)}`];
  return `* ${failure ?? 'completed'} (${[...facts, `${inputTokens} tokens in`, `${outputTokens} out`, ...cost].join(', ')})`;
}
