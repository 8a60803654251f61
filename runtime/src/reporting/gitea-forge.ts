import { z } from 'zod';
import { type ForgeClient, ForgeError } from '../forges/forge-client.ts';
import { type Check, type Comment, type Forge, type Reaction, ReportRefused, type Subject } from './forge.ts';
import { orRefused, refusalOf, unlessGone } from './refused-by-forge.ts';
import { SiteForge } from './site-forge.ts';

const created = z.object({ id: z.int() });
const account = z.object({ login: z.string() });
const comment = z.object({ id: z.int(), body: z.string(), user: account.nullish() });
const status = z.object({ id: z.int(), context: z.string() });
const named = z.object({ id: z.int(), name: z.string() });

const LONGEST_DESCRIPTION = 255;
const STATES: Readonly<Record<Check['state'], string>> = { running: 'pending', succeeded: 'success', failed: 'failure' };
/** Of labels that are made because they are not there yet. */
const COLOR = '#ededed';

/** Gitea or Forgejo, as the owner of a token: comments, statuses of commits, labels and reactions. */
export class GiteaForge extends SiteForge implements Forge {
  async createComment(subject: Subject, body: string, signal: AbortSignal): Promise<string> {
    return String(created.parse(await orRefused(this.client(signal).send('POST', `${issueOf(subject)}/comments`, { body }))).id);
  }

  editComment(subject: Subject, id: string, body: string, signal: AbortSignal): Promise<boolean> {
    return unlessGone(this.client(signal).send('PATCH', `${repositoryOf(subject)}/issues/comments/${id}`, { body }));
  }

  /** Somebody else's may hold the marker too: they can read it. */
  async findComment(subject: Subject, marker: string, since: Date | undefined, signal: AbortSignal): Promise<Comment | undefined> {
    const client = this.client(signal);
    const { items } = await orRefused(client.list(`${issueOf(subject)}/comments`, { since: since?.toISOString() }));
    const marked = items.flatMap((sent) => comment.safeParse(sent).data ?? []).filter(({ body }) => body.includes(marker));
    if (marked.length === 0) return undefined;
    const { login } = account.parse(await orRefused(client.get('/user')));
    const found = marked.findLast(({ user }) => user?.login === login);
    return found && { id: String(found.id), body: found.body };
  }

  /** The newest status of a name is what a commit shows. */
  async createCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string> {
    const body = { state: STATES[check.state], context: check.name, description: check.title.slice(0, LONGEST_DESCRIPTION) };
    try {
      return String(created.parse(await this.client(signal).send('POST', `${repositoryOf(subject)}/statuses/${check.sha}`, body)).id);
    } catch (error) {
      if (error instanceof ForgeError && [400, 404].includes(error.status)) throw new ReportRefused(error.message, { isFinal: true, cause: error });
      throw refusalOf(error);
    }
  }

  async findCheck(subject: Subject, { sha, name }: Check, signal: AbortSignal): Promise<string | undefined> {
    const { items } = await orRefused(this.client(signal).list(`${repositoryOf(subject)}/commits/${sha}/statuses`));
    const ids = items.flatMap((sent) => status.safeParse(sent).data ?? []).filter(({ context }) => context === name).map(({ id }) => id);
    return ids.length === 0 ? undefined : String(Math.max(...ids));
  }

  /** One that the repository does not have is made, as elsewhere. */
  async addLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    const client = this.client(signal);
    const id = await this.#labelOf(subject, label, client) ?? created.parse(await orRefused(client.send('POST', `${repositoryOf(subject)}/labels`, { name: label, color: COLOR }))).id;
    await orRefused(client.send('POST', `${issueOf(subject)}/labels`, { labels: [id] }));
  }

  async removeLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    const client = this.client(signal);
    const id = await this.#labelOf(subject, label, client);
    if (id !== undefined) await unlessGone(client.send('DELETE', `${issueOf(subject)}/labels/${id}`));
  }

  /** Gitea answers the reaction that is there already. */
  async react(subject: Subject, _comment: string | undefined, reaction: Reaction, signal: AbortSignal): Promise<void> {
    await orRefused(this.client(signal).send('POST', `${issueOf(subject)}/reactions`, { content: reaction }));
  }

  async #labelOf(subject: Subject, label: string, client: ForgeClient): Promise<number | undefined> {
    const { items } = await orRefused(client.list(`${repositoryOf(subject)}/labels`));
    return items.flatMap((sent) => named.safeParse(sent).data ?? []).find(({ name }) => name === label)?.id;
  }
}

function repositoryOf({ owner, repo }: Subject): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
}

function issueOf(subject: Subject): string {
  return `${repositoryOf(subject)}/issues/${subject.number}`;
}
