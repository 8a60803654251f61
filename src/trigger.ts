import { CronTrigger } from './triggers/cron';
import { type GitHubIssuesOptions, GitHubIssuesTrigger } from './triggers/github-issues';
import { type GiteaIssuesOptions, GiteaIssuesTrigger } from './triggers/gitea-issues';
import { type GiteaPullRequestsOptions, GiteaPullRequestsTrigger } from './triggers/gitea-pull-requests';
import { type GitLabIssuesOptions, GitLabIssuesTrigger } from './triggers/gitlab-issues';
import { type GitLabMergeRequestsOptions, GitLabMergeRequestsTrigger } from './triggers/gitlab-merge-requests';
import { type JiraOptions, JiraTrigger } from './triggers/jira';
import { type LinearWebhookOptions, LinearWebhookTrigger } from './triggers/linear-webhook';
import { type SlackOptions, SlackTrigger } from './triggers/slack';
import { type WebhookOptions, WebhookTrigger } from './triggers/webhook';
import { type GitHubPullRequestsOptions, GitHubPullRequestsTrigger } from './triggers/github-pull-requests';
import { type GitHubWebhookOptions, GitHubWebhookTrigger } from './triggers/github-webhook';

/**
 * What a TaskSpawner can wait for. Each trigger has an `event` with the variables of that source and no others, so a prompt that reads what the event does not
 * carry does not compile.
 *
 * @example
 *
 * const issues = Trigger.githubIssues({ labels: ['actor/bot'], excludeLabels: ['needs-input'] });
 * const prompt = `Fix #${issues.event.number}: ${issues.event.title}`;
 */
export class Trigger {
  /** Issues of a repository on GitHub, which are looked for again and again. */
  public static githubIssues(options: GitHubIssuesOptions = {}): GitHubIssuesTrigger {
    return new GitHubIssuesTrigger(options);
  }

  /** Pull requests of a repository on GitHub, which are looked for again and again. */
  public static githubPullRequests(options: GitHubPullRequestsOptions = {}): GitHubPullRequestsTrigger {
    return new GitHubPullRequestsTrigger(options);
  }

  /** Events that GitHub tells of the moment they happen. */
  public static githubWebhook(options: GitHubWebhookOptions): GitHubWebhookTrigger {
    return new GitHubWebhookTrigger(options);
  }

  /** Issues of a project on GitLab, which are looked for again and again. */
  public static gitlabIssues(options: GitLabIssuesOptions = {}): GitLabIssuesTrigger {
    return new GitLabIssuesTrigger(options);
  }

  /** Merge requests of a project on GitLab, which are looked for again and again. */
  public static gitlabMergeRequests(options: GitLabMergeRequestsOptions = {}): GitLabMergeRequestsTrigger {
    return new GitLabMergeRequestsTrigger(options);
  }

  /** Issues of a repository on Gitea or Forgejo, which are looked for again and again. */
  public static giteaIssues(options: GiteaIssuesOptions = {}): GiteaIssuesTrigger {
    return new GiteaIssuesTrigger(options);
  }

  /** Pull requests of a repository on Gitea or Forgejo, which are looked for again and again. */
  public static giteaPullRequests(options: GiteaPullRequestsOptions = {}): GiteaPullRequestsTrigger {
    return new GiteaPullRequestsTrigger(options);
  }

  /**
   * The time of a schedule.
   *
   * @param schedule a cron expression of five fields, by the clocks of UTC: `0 6 * * mon-fri`
   */
  public static cron(schedule: string): CronTrigger {
    return new CronTrigger(schedule);
  }

  /** Issues of a project in Jira, which are looked for again and again. */
  public static jira(options: JiraOptions): JiraTrigger {
    return new JiraTrigger(options);
  }

  /** Webhooks of Linear. */
  public static linearWebhook(options: LinearWebhookOptions): LinearWebhookTrigger {
    return new LinearWebhookTrigger(options);
  }

  /** Messages of Slack to the bot of the operator. */
  public static slack(options: SlackOptions = {}): SlackTrigger {
    return new SlackTrigger(options);
  }

  /** JSON that anything posts. In TypeScript there is `webhookTrigger` too, whose `event` has what is mapped. */
  public static webhook(options: WebhookOptions): WebhookTrigger {
    return new WebhookTrigger(options);
  }

  private constructor() {}
}
