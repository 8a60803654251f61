import { CronTrigger } from './triggers/cron';
import { type GitHubIssuesOptions, GitHubIssuesTrigger } from './triggers/github-issues';

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

  /**
   * The time of a schedule.
   *
   * @param schedule a cron expression of five fields, by the clocks of UTC: `0 6 * * mon-fri`
   */
  public static cron(schedule: string): CronTrigger {
    return new CronTrigger(schedule);
  }

  private constructor() {}
}
