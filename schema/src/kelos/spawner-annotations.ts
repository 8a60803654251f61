import type { AnnotationRule } from './task-annotations.ts';

/** The label of a Task that says which TaskSpawner made it. */
export const SPAWNER_LABEL = 'kelos.dev/taskspawner';
/** The label of a Task with the name of the credential that it got from the pool of its spawner. */
export const CREDENTIAL_LABEL = 'kelos.dev/spawner-credential';

/** What a source writes on a Task for reporting, as the reference spells it. */
export const SOURCE_ANNOTATIONS = {
  kind: 'kelos.dev/source-kind',
  number: 'kelos.dev/source-number',
  owner: 'kelos.dev/source-owner',
  repo: 'kelos.dev/source-repo',
  sha: 'kelos.dev/source-sha',
  githubReporting: 'kelos.dev/github-reporting',
  githubCommentMode: 'kelos.dev/github-comment-mode',
  githubChecks: 'kelos.dev/github-checks',
  githubCheckName: 'kelos.dev/github-check-name',
  /** The WebhookGateway that took the delivery, whose credentials report. */
  webhookGateway: 'kelos.dev/webhook-gateway',
  slackReporting: 'kelos.dev/slack-reporting',
  slackChannel: 'kelos.dev/slack-channel',
  slackUserId: 'kelos.dev/slack-user-id',
  slackThread: 'kelos.dev/slack-thread-ts',
} as const;

/** What the operator writes on each Task that it makes of an event. */
export const SPAWNED_ANNOTATIONS = {
  /** The member of `when` that waited for it. */
  source: 'taskwright.dev/source',
  /** The id of the event, which tells it from all others of its spawner. */
  eventId: 'taskwright.dev/event-id',
  /** The place of the event in `priorityLabels`: a whole number, 0 first. Left out: it has none of them. */
  priority: 'taskwright.dev/priority',
  /** What the event belongs to: `acme/shop#42`. */
  subject: 'taskwright.dev/subject',
  /** Who caused the event, as its service names them. */
  actor: 'taskwright.dev/event-actor',
  /** RFC 3339: when somebody asked for it. Only what is asked for later is done again. */
  triggerTime: 'taskwright.dev/trigger-time',
  /** How many Tasks the spawner had made with this one. */
  ordinal: 'taskwright.dev/ordinal',
} as const;

/** What a TaskSpawner may say beside its spec, which stays that of the reference. */
export const SPAWNER_ANNOTATIONS = {
  /** What becomes of events beyond maxConcurrency. Left out: queue, so that they are Tasks that wait. */
  'taskwright.dev/over-limit': { pattern: '^(queue|leave)$', allowed: 'queue or leave' },
  /** When a person let a spawner go on that the loop breaker had stopped. */
  'taskwright.dev/resumed-at': { pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$', allowed: 'a time such as 2026-01-01T00:00:00Z' },
  /** How often in a row Tasks may wake each other within an hour before the loop breaker stops the spawner. Left out: 5. */
  'taskwright.dev/loop-limit': { pattern: '^[1-9][0-9]?$', allowed: 'a whole number from 1 to 99' },
  /** What becomes of ticks of a schedule that came while nobody looked. Left out: last. */
  'taskwright.dev/missed-ticks': { pattern: '^(last|all|none)$', allowed: 'last, all or none' },
  /** What a tick does while a Task of an earlier one has not ended. Left out: Allow. */
  /** Reacts to what asked for a Task: with eyes, then a rocket, or a confused face. Left out: false. */
  'taskwright.dev/github-reactions': { pattern: '^(true|false)$', allowed: 'true or false' },
  /** Labels of the issue or pull request while a Task works and when it has ended. Left out: none. */
  'taskwright.dev/github-labels': { pattern: '^\\s*\\{', allowed: 'JSON such as {"running":"agent/running","succeeded":"agent/done","failed":"agent/failed"}' },
  'taskwright.dev/concurrency-policy': { pattern: '^(Allow|Forbid|Replace)$', allowed: 'Allow, Forbid or Replace' },
} as const satisfies Readonly<Record<string, AnnotationRule>>;

/** What a TaskSpawner asks the reporter for, beside `reporting`. */
export const REPORTING_ANNOTATIONS = { reactions: 'taskwright.dev/github-reactions', labels: 'taskwright.dev/github-labels' } as const;

/** On the Deployment of the operator: as long as it is there, nothing is spawned. Its value is the reason, for people. */
export const PAUSE_ANNOTATION = 'taskwright.dev/pause';

/** Ends whatever is written to the outside about a Task, hidden, so that we know our own words when we read them. */
export function taskMarker(namespace: string, name: string): string {
  return `<!-- taskwright.dev/task: ${namespace}/${name} -->`;
}
