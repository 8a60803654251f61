import type { Event, EventVariable } from './event.ts';

const ISSUES = ['issues', 'issue_comment'];
const SURE_PULL_REQUESTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];
/** Of the last two an operator may know no more than who sent them. */
const PULL_REQUESTS = [...SURE_PULL_REQUESTS, 'pull_request_target', 'pull_request_review_thread'];
const COMMENTS = ['issue_comment', 'pull_request_review', 'pull_request_review_comment'];
const MORE_COMMENTS = ['discussion_comment', 'commit_comment'];
const DISCUSSIONS = ['discussion', 'discussion_comment'];
const WORKFLOWS = ['workflow_run', 'workflow_job'];
/** What ends with a conclusion. Of all but the first an operator may know no more than who sent them. */
const CHECKS = ['check_run', 'check_suite', ...WORKFLOWS];
const DEPLOYMENTS = ['deployment', 'deployment_status'];

const variables: { readonly [name: string]: EventVariable } = {
  Event: { description: 'The name of the event, such as issue_comment.', from: 'service' },
  Action: { description: 'What happened, such as opened. Empty for push and create.', from: 'service' },
  Sender: { description: 'The login of who caused it.', from: 'name' },
  Ref: { description: 'The git reference: of push and workflow_dispatch such as refs/heads/main, of create and delete its name, of a deployment as it was asked for. Empty for others.', from: 'name' },
  Repository: { description: 'The repository, as owner/repo.', from: 'name' },
  RepositoryOwner: { description: 'The owner of the repository.', from: 'name' },
  RepositoryName: { description: 'The name of the repository, without its owner.', from: 'name' },
  Payload: { description: 'The whole event, by the names of its fields in Go: {{.Payload.Issue.User.Login}}.', type: 'anything' },
  ID: { description: 'The number of the issue, pull request or discussion; for push and merge_group the commit, for create and delete the reference, else the ID of what it is about. Empty where it has none.', from: 'name' },
  Title: { description: 'The title of the issue, pull request or discussion, the name of the release or check, or a sentence on the push. Empty where there is none.' },
  Kind: { description: 'webhook.', from: 'service' },
  ChangedFiles: { description: 'The files that changed, of push and of pull requests. Else an empty list.', type: 'list' },
  Number: { description: 'The number of the issue, pull request or discussion.', type: 'number', from: 'service', of: [...ISSUES, ...PULL_REQUESTS, 'check_run', 'check_suite', 'workflow_run', ...DISCUSSIONS], alwaysOf: [...ISSUES, ...SURE_PULL_REQUESTS] },
  Body: { description: 'The text of the issue, pull request, discussion or release.', of: [...ISSUES, ...PULL_REQUESTS, 'release', ...DISCUSSIONS] },
  URL: { description: 'The address of the issue, pull request, discussion, release or check for a browser, or the one that a status leads to.', from: 'service', of: [...ISSUES, ...PULL_REQUESTS, 'release', 'check_run', ...WORKFLOWS, ...DISCUSSIONS, 'commit_comment', 'status'], alwaysOf: [...ISSUES, ...SURE_PULL_REQUESTS, 'release', 'check_run'] },
  Branch: { description: 'The branch that was pushed, made, deleted or checked, or that the pull request wants merged, named by who opened it.', from: 'name', of: ['issue_comment', ...PULL_REQUESTS, 'push', 'create', 'delete', ...CHECKS, 'workflow_dispatch', 'repository_dispatch', ...DEPLOYMENTS, 'status', 'merge_group'], alwaysOf: SURE_PULL_REQUESTS },
  CommentBody: { description: 'The text of the comment or review.', of: [...COMMENTS, ...MORE_COMMENTS], alwaysOf: ['issue_comment', 'pull_request_review_comment'] },
  CommentURL: { description: 'The address of the comment or review for a browser.', from: 'service', of: [...COMMENTS, ...MORE_COMMENTS], alwaysOf: COMMENTS },
  Tag: { description: 'The tag that was made, deleted or released.', from: 'name', of: ['create', 'delete', 'release'], alwaysOf: ['release'] },
  RefType: { description: 'What was made or deleted: branch or tag.', from: 'service', of: ['create', 'delete'], alwaysOf: ['create'] },
  CheckName: { description: 'The name of the check, the workflow or its job.', of: CHECKS, alwaysOf: ['check_run'] },
  Conclusion: { description: 'How the check ended, such as failure. Missing while it runs.', from: 'service', of: CHECKS },
  CheckRunURL: { description: 'The address of the check for a browser.', from: 'service', of: ['check_run', ...WORKFLOWS], alwaysOf: ['check_run'] },
  HeadSHA: { description: 'The commit that was checked, pushed, deployed or commented on, or the newest of the pull request.', from: 'service', of: [...CHECKS, 'issue_comment', ...PULL_REQUESTS, 'push', ...DEPLOYMENTS, 'status', 'merge_group', 'commit_comment'], alwaysOf: ['check_run'] },
  CheckApp: { description: 'The name of the app that checked.', of: ['check_run', 'check_suite'] },
};

export const githubWebhookEvent: Event = { title: 'GitHubWebhookEvent', called: 'a GitHub webhook', variables };

/** The events of GitHub by name. One that is not among them an operator cannot read. */
export const GITHUB_EVENTS: readonly string[] = [
  'branch_protection_rule', 'check_run', 'check_suite', 'code_scanning_alert', 'commit_comment', 'content_reference', 'create', 'delete', 'dependabot_alert',
  'deploy_key', 'deployment', 'deployment_protection_rule', 'deployment_review', 'deployment_status', 'discussion', 'discussion_comment', 'fork',
  'github_app_authorization', 'gollum', 'installation', 'installation_repositories', 'installation_target', 'issue_comment', 'issues', 'label',
  'marketplace_purchase', 'member', 'membership', 'merge_group', 'meta', 'milestone', 'org_block', 'organization', 'package', 'page_build',
  'personal_access_token_request', 'ping', 'project', 'project_card', 'project_column', 'projects_v2', 'projects_v2_item', 'public', 'pull_request',
  'pull_request_review', 'pull_request_review_comment', 'pull_request_review_thread', 'pull_request_target', 'push', 'release', 'repository',
  'repository_dispatch', 'repository_import', 'repository_vulnerability_alert', 'secret_scanning_alert', 'security_advisory', 'security_and_analysis',
  'sponsorship', 'star', 'status', 'team', 'team_add', 'user', 'watch', 'workflow_dispatch', 'workflow_job', 'workflow_run',
];
