import { z } from 'zod';
import { ForgeError } from '../forges/forge-client.ts';
import { type Check, type Comment, type Forge, type Reaction, ReportRefused, type Subject } from './forge.ts';
import { orRefused, refusalOf, unlessGone } from './refused-by-forge.ts';
import { SiteForge } from './site-forge.ts';

const created = z.object({ id: z.int() });
const account = z.object({ username: z.string() });
const note = z.object({ id: z.int(), body: z.string(), author: account.nullish() });

/** Notes that are looked through for a marker, the newest first: ten pages. */
const MOST_NOTES = 1_000;
const LONGEST_DESCRIPTION = 255;
const STATES: Readonly<Record<Check['state'], string>> = { running: 'running', succeeded: 'success', failed: 'failed' };

/** GitLab, as the owner of a token: notes, statuses of commits, labels and emoji. */
export class GitLabForge extends SiteForge implements Forge {
  async createComment(subject: Subject, body: string, signal: AbortSignal): Promise<string> {
    return String(created.parse(await orRefused(this.client(signal).send('POST', `${pathOf(subject)}/notes`, { body }))).id);
  }

  editComment(subject: Subject, id: string, body: string, signal: AbortSignal): Promise<boolean> {
    return unlessGone(this.client(signal).send('PUT', `${pathOf(subject)}/notes/${id}`, { body }));
  }

  /** Somebody else's may hold the marker too: they can read it. GitLab cannot leave out what is older. */
  async findComment(subject: Subject, marker: string, _since: Date | undefined, signal: AbortSignal): Promise<Comment | undefined> {
    const client = this.client(signal);
    const { items } = await orRefused(client.list(`${pathOf(subject)}/notes`, { sort: 'desc', order_by: 'created_at' }, { mostItems: MOST_NOTES }));
    const marked = items.flatMap((sent) => note.safeParse(sent).data ?? []).filter(({ body }) => body.includes(marker));
    if (marked.length === 0) return undefined;
    const { username } = account.parse(await orRefused(client.get('/user')));
    const found = marked.find(({ author }) => author?.username === username);
    return found && { id: String(found.id), body: found.body };
  }

  /** A commit has one status of a name: another one takes its place. */
  async createCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string> {
    const client = this.client(signal);
    try {
      return String(created.parse(await client.send('POST', `${projectOf(subject)}/statuses/${check.sha}`, { state: STATES[check.state], name: check.name, description: check.title.slice(0, LONGEST_DESCRIPTION) })).id);
    } catch (error) {
      // It says so already.
      if (error instanceof ForgeError && error.status === 400 && /cannot transition/i.test(error.message)) {
        const found = await this.findCheck(subject, check, signal);
        if (found !== undefined) return found;
      }
      if (error instanceof ForgeError && [400, 404].includes(error.status)) throw new ReportRefused(error.message, { isFinal: true, cause: error });
      throw refusalOf(error);
    }
  }

  async findCheck(subject: Subject, { sha, name }: Check, signal: AbortSignal): Promise<string | undefined> {
    const { items } = await orRefused(this.client(signal).list(`${projectOf(subject)}/repository/commits/${sha}/statuses`, { name }));
    const ids = items.flatMap((sent) => created.safeParse(sent).data?.id ?? []);
    return ids.length === 0 ? undefined : String(Math.max(...ids));
  }

  async addLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    await orRefused(this.client(signal).send('PUT', pathOf(subject), { add_labels: label }));
  }

  async removeLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.client(signal).send('PUT', pathOf(subject), { remove_labels: label }));
  }

  /** What somebody has given already GitLab says it does not find. */
  async react(subject: Subject, _comment: string | undefined, reaction: Reaction, signal: AbortSignal): Promise<void> {
    try {
      await this.client(signal).send('POST', `${pathOf(subject)}/award_emoji`, { name: reaction });
    } catch (error) {
      if (error instanceof ForgeError && /already been taken/i.test(error.message)) return;
      throw refusalOf(error);
    }
  }
}

function projectOf({ owner, repo }: Subject): string {
  return `/projects/${encodeURIComponent(`${owner}/${repo}`)}`;
}

function pathOf(subject: Subject): string {
  return `${projectOf(subject)}/${subject.kind === 'issue' ? 'issues' : 'merge_requests'}/${subject.number}`;
}
