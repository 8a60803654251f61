import { keepAll, restoreAll } from './preserved.ts';
import { type Content, type Conversion, type Fields, changedWithin, fieldsIn, having, isEmpty, isFields, listIn, textIn, without } from './record.ts';
import type { Places } from './rest.ts';
import { SPAWNER_PRESERVED, projectedCredential } from './task-spawner-preserved.ts';
import { ENVIRONMENT_FIELDS, environmentOfHub, flatEnvironment } from './worker.ts';

/** Who changes one of these in the older version has moved the Tasks out of their worker or pool. */
export const TEMPLATE_ENVIRONMENT: Places = [['spec', 'credentials'], ...ENVIRONMENT_FIELDS.map((field) => ['spec', 'taskTemplate', field])];

/** What either version says in its own way. */
export const SPAWNER_PLACES: Places = [
  ...TEMPLATE_ENVIRONMENT, ['spec', 'when'], ['spec', 'pollInterval'],
  ...['agentConfigRef', 'nameTemplate', 'podFailurePolicy', 'contextSources'].map((field) => ['spec', 'taskTemplate', field]),
];

const POLLING = ['githubIssues', 'githubPullRequests', 'jira'];
/** Triggers that the older version does not have. */
const NEW_TRIGGERS = ['gitlabIssues', 'gitlabMergeRequests', 'giteaIssues', 'giteaPullRequests'];
const COMMANDED = ['githubIssues', 'githubPullRequests'];
const REPORTING = ['githubIssues', 'githubPullRequests', 'githubWebhook'];

/**
 * The older version has one interval for all triggers, commands outside of a policy, no comments apart from reporting, no gateways, no
 * exclusions, no pool of credentials, no GitLab and no Gitea, and less to say in a filter and in a template.
 */
export const taskSpawnerConversion: Conversion = {
  up: (older) => restoreAll(inOrder(older, [foldTemplate, spreadInterval, foldCommands]), SPAWNER_PRESERVED),
  down: (newer) => keepAll(newer, inOrder(newer, [flattenTemplate, collectInterval, unfoldCommands, dropNewFields]), SPAWNER_PRESERVED),
};

function inOrder(content: Content, steps: readonly ((content: Content) => Content)[]): Content {
  return steps.reduce((soFar, step) => step(soFar), content);
}

function foldTemplate(older: Content): Content {
  return changedWithin(older, ['spec', 'taskTemplate'], environmentOfHub);
}

function flattenTemplate(newer: Content): Content {
  const projected = projectedCredential(newer);
  const flat = changedWithin(newer, ['spec', 'taskTemplate'], (template) => {
    const { credentials, ...rest } = flatEnvironment(without(template, 'nameTemplate', 'podFailurePolicy'));
    return { ...rest, credentials: projected ?? credentials };
  });
  return changedWithin(flat, ['spec'], (spec) => without(spec, 'credentials'));
}

/** The interval of all goes to each trigger that has none. */
function spreadInterval(older: Content): Content {
  const all = textIn(older.spec, 'pollInterval');
  const spread = isEmpty(all) ? older : POLLING.reduce((content, trigger) => (
    changedWithin(content, ['spec', 'when', trigger], (fields) => (isEmpty(fields.pollInterval) ? { ...fields, pollInterval: all } : fields))
  ), older);
  return changedWithin(spread, ['spec'], (spec) => without(spec, 'pollInterval'));
}

/** One that all triggers have that say one is that of all. */
function collectInterval(newer: Content): Content {
  const when = fieldsIn(newer.spec, 'when');
  const stated = new Set(POLLING.map((trigger) => textIn(fieldsIn(when, trigger), 'pollInterval')).filter((interval) => !isEmpty(interval)));
  return stated.size === 1 ? changedWithin(newer, ['spec'], (spec) => ({ ...spec, pollInterval: [...stated][0] })) : newer;
}

function foldCommands(older: Content): Content {
  return COMMANDED.reduce((content, trigger) => changedWithin(content, ['spec', 'when', trigger], ({ triggerComment, excludeComments, ...fields }) => {
    if (isEmpty(triggerComment) && isEmpty(excludeComments)) return fields;
    const policy = isFields(fields.commentPolicy) ? fields.commentPolicy : {};
    const withTrigger = isEmpty(policy.triggerComment) && !isEmpty(triggerComment) ? { ...policy, triggerComment } : policy;
    return { ...fields, commentPolicy: isEmpty(policy.excludeComments) && !isEmpty(excludeComments) ? { ...withTrigger, excludeComments } : withTrigger };
  }), older);
}

/** A policy that says nothing of who may give commands is what the older version says without one. */
function unfoldCommands(newer: Content): Content {
  return COMMANDED.reduce((content, trigger) => changedWithin(content, ['spec', 'when', trigger], (fields) => {
    const { commentPolicy: policy, ...rest } = fields;
    if (!isFields(policy) || ['allowedUsers', 'allowedTeams', 'minimumPermission'].some((name) => !isEmpty(policy[name]))) return fields;
    const withTrigger = isEmpty(policy.triggerComment) ? rest : { ...rest, triggerComment: policy.triggerComment };
    return isEmpty(policy.excludeComments) ? withTrigger : { ...withTrigger, excludeComments: policy.excludeComments };
  }), newer);
}

/** Of comments the older version knows that there are some: `enabled`. */
function dropNewFields(newer: Content): Content {
  const reported = REPORTING.reduce((content, trigger) => changedWithin(content, ['spec', 'when', trigger, 'reporting'], ({ comments, ...reporting }) => (
    comments === undefined ? reporting : { ...reporting, enabled: true }
  )), newer);
  const plain = changedWithin(reported, ['spec', 'when'], (when) => Object.fromEntries(Object.entries(without(when, ...NEW_TRIGGERS)).map(([name, trigger]) => [name, isFields(trigger) ? without(trigger, 'gatewayRef', 'excludeFilters') : trigger])));
  const filtered = changedWithin(plain, ['spec', 'when', 'githubWebhook'], (webhook) => having(webhook, 'filters', listIn(webhook, 'filters')?.map((filter) => (isFields(filter) ? olderFilter(filter) : filter))));
  return changedWithin(filtered, ['spec', 'taskTemplate'], (template) => (
    having(template, 'contextSources', listIn(template, 'contextSources')?.map((source) => changedWithin(source as Fields, ['http'], (http) => without(http, 'githubAppAuth'))))
  ));
}

function olderFilter(filter: Fields): Fields {
  const known = without(filter, 'pullRequestAuthor', 'checkName', 'conclusion');
  return isEmpty(known.commentOn) ? without(known, 'commentOn') : known;
}
