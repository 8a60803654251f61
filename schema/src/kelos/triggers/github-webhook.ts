import { z } from 'zod';
import type { ValidationRule } from '../../structural.ts';
import { webhookGatewayReference } from '../references.ts';
import { githubWebhookFilter } from './github-webhook-filter.ts';
import { optionalReporting } from './reporting.ts';

const isSet = (...fields: string[]) => fields.map((field) => `(has(f.${field}) && size(f.${field}) > 0)`).join(' || ');
const PULL_REQUEST_EVENTS = "['pull_request', 'pull_request_review', 'pull_request_review_comment', 'pull_request_target']";

/** An exclusion that says too little would mute the trigger without a word. */
const exclusionRules: ValidationRule[] = [
  {
    rule: `!has(self.excludeFilters) || self.excludeFilters.all(f, ${isSet('action', 'author', 'pullRequestAuthor', 'branch', 'tag', 'state', 'commentOn', 'conclusion', 'checkName', 'bodyPattern', 'labels')} || has(f.draft))`,
    message: 'each of excludeFilters needs a criterion besides event',
  },
  {
    rule: '!has(self.excludeFilters) || self.excludeFilters.all(f, !has(f.filePatterns) && !has(f.bodyContains) && !has(f.excludeAuthors) && !has(f.excludeLabels) && !has(f.excludeBodyPatterns))',
    message: 'excludeFilters cannot have filePatterns, bodyContains, excludeAuthors, excludeLabels or excludeBodyPatterns',
  },
  {
    rule: '!has(self.excludeFilters) || self.excludeFilters.all(f, (has(f.event) && size(f.event) > 0) || (!has(f.labels) && !has(f.state) && !has(f.draft) && !has(f.commentOn) && !has(f.bodyPattern) && !has(f.conclusion) && !has(f.checkName)))',
    message: 'one of excludeFilters without event may only have action, author, pullRequestAuthor, branch and tag: other criteria hold for some events only',
  },
];

export const githubWebhookFields = {
  events: z.array(z.string()).min(1).max(20).describe('Events of GitHub that are listened to, such as issue_comment or push; at most 20.'),
  repository: z.string().optional().describe('Repository that the event has to come from, as owner/repo, exactly. Left out: any.'),
  excludeAuthors: z.array(z.string()).optional().describe('Logins whose events are ruled out, whatever the filters say. Left out: there are none.'),
};

export const githubWebhook = z.object({
  ...githubWebhookFields,
  filters: z.array(githubWebhookFilter).max(50).optional().describe(
    'What an event has to be like: one of them, for that event, has to match. An event without a filter of its own is ruled out. At most 50. Left out: every event will do.',
  ),
  excludeFilters: z.array(githubWebhookFilter).max(20).optional().describe('What an event must not be like: one that matches rules it out, whatever the filters say. At most 20. Left out: there are none.'),
  reporting: optionalReporting,
  gatewayRef: webhookGatewayReference.optional().describe('Listens to the deliveries of this WebhookGateway and to no others. Left out: to those of the server for GitHub.'),
}).meta({
  title: 'GitHubWebhook',
  rules: [
    ...exclusionRules,
    { rule: '!has(self.filters) || self.filters.all(f, has(f.event) && size(f.event) > 0)', message: 'each of filters needs an event' },
    {
      rule: `!has(self.reporting) || !has(self.reporting.checks) || self.events.exists(e, e in ${PULL_REQUEST_EVENTS}) || (self.events.exists(e, e == 'issue_comment') && has(self.filters) && self.filters.exists(f, f.event == 'issue_comment') && self.filters.all(f, f.event != 'issue_comment' || (has(f.commentOn) && f.commentOn == 'PullRequest')))`,
      message: 'reporting.checks needs an event of a pull request, or issue_comment with filters that all say commentOn PullRequest',
    },
  ],
});

/** Before exclusions and comments on pull requests, checks needed an event that is one of a pull request by its name. */
export const checksNeedPullRequests: ValidationRule = {
  rule: `!has(self.reporting) || !has(self.reporting.checks) || self.events.exists(e, e in ${PULL_REQUEST_EVENTS})`,
  message: 'reporting.checks needs an event of a pull request: pull_request, pull_request_review, pull_request_review_comment or pull_request_target',
};
