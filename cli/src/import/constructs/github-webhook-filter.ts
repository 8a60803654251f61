import type { TaskSpawnerSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find } from './find.ts';
import { chosen } from './members.ts';

type Filter = NonNullable<NonNullable<TaskSpawnerSpec['when']['githubWebhook']>['filters']>[number];

const EVENT = ['action', 'author', 'excludeAuthors', 'branch'];
const ISSUE = [...EVENT, 'state', 'labels', 'excludeLabels', 'bodyPattern', 'excludeBodyPatterns'];
const PULL_REQUEST = [...ISSUE, 'draft', 'pullRequestAuthor', 'filePatterns'];
const REF = [...EVENT, 'tag'];

/** By event: the factory of its filter, and what that can ask. */
const FACTORIES: Readonly<Record<string, readonly [factory: string, criteria: readonly string[]]>> = {
  issues: ['issues', ISSUE],
  issue_comment: ['issueComment', [...ISSUE, 'commentOn', 'pullRequestAuthor']],
  pull_request: ['pullRequest', PULL_REQUEST],
  pull_request_review: ['pullRequestReview', PULL_REQUEST],
  pull_request_review_comment: ['pullRequestReviewComment', PULL_REQUEST],
  push: ['push', [...EVENT, 'filePatterns']],
  create: ['create', REF],
  release: ['release', REF],
  check_run: ['checkRun', [...EVENT, 'checkName', 'conclusion']],
};

/** What a filter asks that those of its event cannot is left out. */
export function webhookFilter(filter: Filter, find: Find): Expression {
  const { event, filePatterns } = filter;
  const [factory, names] = (event === undefined ? undefined : FACTORIES[event]) ?? [event === undefined ? 'everyEvent' : 'otherEvent', [...REF, 'pullRequestAuthor']];
  const { filePatterns: patterns, ...criteria } = chosen(filter, names, find);
  const asked = members({ ...criteria, filePatterns: patterns && filePatterns && members(chosen(filePatterns, ['include', 'exclude'], find, 'filePatterns')) });
  const first = factory === 'otherEvent' ? [literal(event!)] : [];
  return call(`GitHubWebhookFilter.${factory}`, ...first, ...asked.members.length === 0 && factory !== 'everyEvent' ? [] : [asked]);
}
