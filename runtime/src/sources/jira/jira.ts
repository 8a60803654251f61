import { createHash } from 'node:crypto';
import { pollIntervalMs } from '../poll-interval.ts';
import { readsVariables } from '../read-variables.ts';
import { SourceError, type Discovery, type PolledSource, type SourceContext, type TriggerConfig } from '../source.ts';
import type { FailedEvent, OwnAccount, SourceEvent } from '../source-event.ts';
import { commentsOf, fillsTemplates, jiraEvent, type JiraIssue, readJiraIssue } from './jira-issue.ts';
import { JiraClient, type JiraCredential, type JiraPage, rootOf } from './jira-client.ts';
import { jqlOf } from './jql.ts';

/** Of one look. A project that has more to do needs a narrower query before it needs more Tasks. */
const MOST_ISSUES = 10_000;
/** Of one look, as they come from Jira. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of one issue. */
const MOST_COMMENTS = 1_000;

/**
 * Issues of a project in Jira.
 *
 * Every look asks for all that the query finds: an issue may come to match without having been updated (`due < 1d`), and one whose Task was deleted is new again,
 * so there is no narrowing to what changed. The server has no answer for "nothing is new".
 */
export const jiraSource: PolledSource<'jira'> = {
  trigger: 'jira',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context): Promise<Discovery> {
    const jql = jqlOf(config.project, config.jql);
    const withComments = readsVariables(context.spawner, ['Comments']);
    const credential = await credentialOf(config, context);
    const client = new JiraClient(config, credential, context, { withComments });
    const own = ownAccount(config, credential);
    const events: SourceEvent[] = [];
    const failed: FailedEvent[] = [];
    const seen = new Set<string>();
    let found = 0;
    let page: JiraPage | undefined;
    do {
      page = await client.search(jql, page?.next, found);
      for (const sent of page.issues) {
        found += 1;
        const issue = readJiraIssue(sent);
        if (!issue) failed.push({ id: `issue-${found}`, summary: `issue ${found} that the query finds`, problem: 'Jira sent no key or no fields of it; look at it in Jira' });
        // Pages by number move under the reader when an issue begins to match.
        else if (!seen.has(issue.key)) {
          seen.add(issue.key);
          await judge(issue);
        }
      }
    } while (page.next && found < MOST_ISSUES && client.bytesRead < MOST_BYTES);
    if (page.next) failed.push({ id: 'too-many', summary: `issues after the first ${found}`, problem: `the query finds more than are looked at, which are ${MOST_ISSUES} or ${MOST_BYTES / 1024 / 1024} MiB; narrow down when.jira.jql` });
    return { events, skipped: [], failed };

    async function judge(issue: JiraIssue): Promise<void> {
      try {
        events.push(jiraEvent(issue, withComments ? await newestComments(issue, client) : [], rootOf(config), own));
      } catch (error) {
        if (error instanceof SourceError || context.signal.aborted) throw error;
        failed.push({ id: issue.key, summary: `Jira issue ${issue.key}`, problem: `its comments cannot be read, ${(error as Error).message}` });
      }
    }
  },
};

function ownAccount(config: TriggerConfig<'jira'>, credential: JiraCredential): OwnAccount {
  const { user = '', token } = credential;
  return {
    key: `${rootOf(config)} ${createHash('sha256').update(`${user}:${token}`).digest('base64url')}`,
    ask: (how) => new JiraClient(config, credential, how, { withComments: false }).myself(),
  };
}

async function newestComments(issue: JiraIssue, client: JiraClient): Promise<readonly unknown[]> {
  const { comments, areAll } = commentsOf(issue);
  if (areAll) return comments;
  const newest: unknown[] = [];
  for (;;) {
    const page = await client.comments(issue.key, newest.length);
    newest.push(...page.comments);
    if (page.comments.length === 0 || newest.length >= Math.min(page.total, MOST_COMMENTS) || fillsTemplates(newest)) return newest;
  }
}

async function credentialOf({ secretRef: { name } }: TriggerConfig<'jira'>, { readSecret }: SourceContext): Promise<JiraCredential> {
  const data = await readSecret(name);
  if (!data) throw new SourceError(`when.jira.secretRef: there is no Secret "${name}"; create it with JIRA_TOKEN, and JIRA_USER for Jira in the cloud`);
  const [token, user] = [data.JIRA_TOKEN, data.JIRA_USER].map((text) => text?.trim() || undefined);
  if (token === undefined) throw new SourceError(`when.jira.secretRef: Secret "${name}" has no JIRA_TOKEN; add it`);
  return { token, user };
}
