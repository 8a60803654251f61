import type { TaskSpawnerSpec } from '@taskwright/schema';
import { call, type Call, type Expression, literal, members } from '../expression.ts';
import { type Find, inside } from './find.ts';
import { pollIntervalOf } from './duration.ts';
import { webhookFilter } from './github-webhook-filter.ts';
import { chosen, list, optional } from './members.ts';
import { secretNamed } from './secret.ts';

type When = TaskSpawnerSpec['when'];

const POLLED = ['repo', 'types', 'labels', 'excludeLabels', 'state', 'draft', 'reviewState', 'assignee', 'author', 'excludeAuthors', 'priorityLabels'];
const COMMENT_POLICY = ['triggerComment', 'excludeComments', 'allowedUsers', 'allowedTeams', 'minimumPermission'];
const FORGE_POLLED = ['baseUrl', 'project', 'repo', 'labels', 'excludeLabels', 'state', 'draft', 'reviewState', 'pipelineStatus', 'assignee', 'author', 'excludeAuthors', 'priorityLabels'];
const FORGE_COMMENT_POLICY = ['triggerComment', 'excludeComments', 'allowedUsers', 'minimumAccessLevel', 'minimumPermission'];
const LINEAR_FILTER = ['type', 'action', 'states', 'labels', 'excludeLabels'];

/** What a spawner waits for. What its options cannot say, such as deprecated fields, is left out. */
export function triggerOf(when: When, find: Find): Call | undefined {
  const { githubIssues, githubPullRequests, githubWebhook, jira, linearWebhook, slack, webhook, cron } = when;
  if (githubIssues) return withOptions('Trigger.githubIssues', polled(githubIssues, from(find, 'githubIssues')));
  if (githubPullRequests) return pullRequestsTrigger(githubPullRequests, from(find, 'githubPullRequests'));
  if (githubWebhook) return githubWebhookTrigger(githubWebhook, from(find, 'githubWebhook'));
  if (jira) return jiraTrigger(jira);
  if (linearWebhook) return linearTrigger(linearWebhook, from(find, 'linearWebhook'));
  if (slack) return slackTrigger(slack, from(find, 'slack'));
  if (webhook) return webhookTrigger(webhook, find);
  const forge = FORGES.find((name) => when[name]);
  if (forge) return forgeTrigger(`Trigger.${forge}`, when[forge]!, from(find, forge));
  return cron && call('Trigger.cron', literal(cron.schedule));
}

function from(find: Find, source: keyof When): Find {
  return inside(find, 'when', source);
}

function polled(options: NonNullable<When['githubIssues'] | When['githubPullRequests']>, find: Find): Readonly<Record<string, Expression | undefined>> {
  const { commentPolicy, reporting, pollInterval } = options;
  return {
    ...chosen(options, POLLED, find),
    commentPolicy: commentPolicy && members(chosen(commentPolicy, COMMENT_POLICY, find, 'commentPolicy')),
    reporting: reporting && reportingOf(reporting),
    pollInterval: pollIntervalOf(pollInterval),
  };
}

function reportingOf({ comments, checks }: NonNullable<NonNullable<When['githubIssues']>['reporting']>): Expression {
  return list([...comments ? [made('GitHubReporting.comments', comments.mode)] : [], ...checks ? [made('GitHubReporting.checks', checks.name)] : []]);
}

function made(method: string, option: string | undefined): Call {
  return option === undefined ? call(method) : call(method, literal(option, true));
}

function pullRequestsTrigger(options: NonNullable<When['githubPullRequests']>, find: Find): Call {
  const { filePatterns } = options;
  return withOptions('Trigger.githubPullRequests', { ...polled(options, find), filePatterns: filePatterns && members(chosen(filePatterns, ['include', 'exclude'], find, 'filePatterns')) });
}

const FORGES = ['gitlabIssues', 'gitlabMergeRequests', 'giteaIssues', 'giteaPullRequests'] as const;
type OfForge = NonNullable<When[(typeof FORGES)[number]]>;

function forgeTrigger(factory: string, options: OfForge, find: Find): Call {
  const { commentPolicy, pollInterval } = options;
  const reporting: NonNullable<NonNullable<When['gitlabMergeRequests']>['reporting']> | undefined = options.reporting;
  const filePatterns = 'filePatterns' in options ? options.filePatterns : undefined;
  return withOptions(factory, {
    ...chosen(options, FORGE_POLLED, find),
    filePatterns: filePatterns && members(chosen(filePatterns, ['include', 'exclude'], find, 'filePatterns')),
    commentPolicy: commentPolicy && members(chosen(commentPolicy, FORGE_COMMENT_POLICY, find, 'commentPolicy')),
    reporting: reporting && list([
      ...reporting.comments ? [made('ForgeReporting.comments', reporting.comments.mode)] : [],
      ...reporting.commitStatus ? [made('ForgeReporting.commitStatus', reporting.commitStatus.name)] : [],
    ]),
    pollInterval: pollIntervalOf(pollInterval),
  });
}

function githubWebhookTrigger(options: NonNullable<When['githubWebhook']>, find: Find): Call {
  const { filters, excludeFilters, reporting, gatewayRef } = options;
  return withOptions('Trigger.githubWebhook', {
    ...chosen(options, ['events', 'repository', 'excludeAuthors'], find),
    filters: filters && list(filters.map((filter) => webhookFilter(filter, inside(find, 'filters', '[]')))),
    excludeFilters: excludeFilters && list(excludeFilters.map((filter) => webhookFilter(filter, inside(find, 'excludeFilters', '[]')))),
    reporting: reporting && reportingOf(reporting),
    gateway: gatewayRef && find.find('WebhookGateway', gatewayRef.name),
  });
}

function jiraTrigger({ baseUrl, project, secretRef, jql, pollInterval }: NonNullable<When['jira']>): Call {
  return withOptions('Trigger.jira', {
    baseUrl: literal(baseUrl), project: literal(project), secret: secretNamed(secretRef.name), jql: optional(jql), pollInterval: pollIntervalOf(pollInterval),
  });
}

function linearTrigger({ types, filters, gatewayRef }: NonNullable<When['linearWebhook']>, find: Find): Call {
  return withOptions('Trigger.linearWebhook', {
    types: list(types.map((type) => literal(type))),
    filters: filters && list(filters.map((filter) => members(chosen(filter, LINEAR_FILTER, find, 'filters', '[]')))),
    gateway: gatewayRef && find.find('WebhookGateway', gatewayRef.name),
  });
}

function slackTrigger({ triggers, excludeFilters, ...others }: NonNullable<When['slack']>, find: Find): Call {
  return withOptions('Trigger.slack', {
    ...chosen(others, ['channels', 'excludePatterns', 'botMessagePolicy'], find),
    excludeChannels: excludeFilters?.[0]?.channels && list(excludeFilters[0].channels.map((channel) => literal(channel))),
    triggers: triggers && list(triggers.map((trigger) => members(chosen(trigger, ['pattern', 'mentionOptional'], find, 'triggers', '[]')))),
  });
}

/** The function, since its event has what is mapped. */
function webhookTrigger({ source, fieldMapping, filters, excludeFilters, gatewayRef }: NonNullable<When['webhook']>, { find }: Find): Call {
  const filtersOf = (all: typeof filters) => all && list(all.map(({ field, value, pattern = '' }) => (
    value === undefined ? call('WebhookFilter.matching', literal(field), literal(pattern)) : call('WebhookFilter.equalTo', literal(field), literal(value))
  )));
  return withOptions('webhookTrigger', {
    source: literal(source),
    fieldMapping: members(Object.fromEntries(Object.entries(fieldMapping).map(([name, path]) => [name, literal(path)]))),
    filters: filtersOf(filters),
    excludeFilters: filtersOf(excludeFilters),
    gateway: gatewayRef && find('WebhookGateway', gatewayRef.name),
  });
}

function withOptions(factory: string, options: Readonly<Record<string, Expression | undefined>>): Call {
  const given = members(options);
  return given.members.length === 0 ? call(factory) : call(factory, given);
}
