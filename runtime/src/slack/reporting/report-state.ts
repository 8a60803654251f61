import { SOURCE_ANNOTATIONS, type Task } from '@taskwright/schema';
import type { Place } from '../slack-api.ts';

/** What was told to Slack, kept on the Task: the next process goes on from there. */
export const REPORT_ANNOTATIONS = {
  /** `accepted`, `succeeded` or `failed`: what is told, to its end. */
  phase: 'kelos.dev/slack-report-phase',
  /** The message that says that it is worked on. */
  accepted: 'taskwright.dev/slack-message-ts',
  /** The message that says how far it is, and becomes the first part of what it has to say in the end. */
  progress: 'taskwright.dev/slack-progress-ts',
  /** How many parts of that are told. */
  parts: 'taskwright.dev/slack-parts-posted',
} as const;

export type ReportPhase = 'accepted' | 'succeeded' | 'failed';

/** Whether a Task of Slack is reported on at all. */
export function isReported({ metadata: { labels = {} } }: Task): boolean {
  return labels[SOURCE_ANNOTATIONS.slackReporting] === 'enabled';
}

/** Whether somebody in a thread has not read yet what became of the Task in its phase. */
export function isUntoldOnSlack(task: Task): boolean {
  return isReported(task) && placeOf(task) !== undefined && toldOf(task).phase !== phaseToReport(task);
}

/** Where a Task is reported to. Nothing: it is not, as those of slash commands, which have no thread. */
export function placeOf({ metadata: { annotations = {} } }: Task): Place | undefined {
  const channel = annotations[SOURCE_ANNOTATIONS.slackChannel];
  const thread = annotations[SOURCE_ANNOTATIONS.slackThread];
  return channel && thread ? { channel, thread } : undefined;
}

/** What there is to tell of a Task in its phase. Nothing: nobody has looked at it yet. */
export function phaseToReport({ status }: Task): ReportPhase | undefined {
  switch (status?.phase) {
    case 'Waiting':
    case 'Pending':
    case 'Running':
      return 'accepted';
    case 'Succeeded':
      return 'succeeded';
    case 'Failed':
      return 'failed';
    default:
      return undefined;
  }
}

export function toldOf({ metadata: { annotations = {} } }: Task): { phase?: string; accepted?: string; progress?: string; parts: number } {
  const { phase, accepted, progress, parts } = REPORT_ANNOTATIONS;
  return {
    ...(annotations[phase] ? { phase: annotations[phase] } : {}),
    ...(annotations[accepted] ? { accepted: annotations[accepted] } : {}),
    ...(annotations[progress] ? { progress: annotations[progress] } : {}),
    parts: /^\d{1,4}$/.test(annotations[parts] ?? '') ? Number(annotations[parts]) : 0,
  };
}
