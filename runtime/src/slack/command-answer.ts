import type { Decision } from '../spawners/decision.ts';
import { codeSpan, escaped } from './mrkdwn.ts';

/** What became of a slash command at one TaskSpawner. */
export interface CommandOutcome {
  readonly spawner: string;
  readonly decision: Decision;
}

/** What is told, to them alone, who typed a slash command: it is accepted, or why not. */
export function commandAnswer(outcomes: readonly CommandOutcome[]): string {
  if (outcomes.length === 0) return 'Nothing here listens to slash commands.';
  return outcomes.map(({ spawner, decision: { outcome, task = '', reason, filter } }) => {
    switch (outcome) {
      case 'Fired':
        return `:white_check_mark: Accepted: Task ${codeSpan(task)}.`;
      case 'Queued':
        return `:hourglass_flowing_sand: Accepted: Task ${codeSpan(task)} waits for a free slot.`;
      case 'Known':
        return `:white_check_mark: Accepted before: Task ${codeSpan(task)}.`;
      default:
        return `:no_entry: Not accepted by ${codeSpan(spawner)}: ${escaped(reason ?? (filter === undefined ? outcome : `${filter} says so`))}`;
    }
  }).join('\n');
}

/** It could not be taken now, and nobody sends it again. */
export const COMMAND_FAILED = ':warning: This could not be taken for now. Please try again in a minute.';
/** Slack waits three seconds for an answer. */
export const COMMAND_LATE = ':hourglass_flowing_sand: This takes longer than usual; what becomes of it is told here.';
