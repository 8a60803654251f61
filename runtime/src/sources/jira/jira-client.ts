import { ServiceClient, type ServiceAnswer } from '../service-client.ts';
import { SourceError, type SourceContext, type TriggerConfig } from '../source.ts';

const FIELDS = 'summary,description,status,labels,issuetype,creator,created';
const PAGE_SIZE = 100;

/** Where the next page begins: after a token in the cloud, after a number of issues elsewhere. */
type Cursor = { readonly token: string | undefined } | { readonly startAt: number };

export interface JiraPage {
  /** Issues as Jira sent them. */
  readonly issues: readonly unknown[];
  /** Nothing: it was the last. */
  readonly next: Cursor | undefined;
}

/** What a Secret says of who asks. */
export interface JiraCredential {
  readonly token: string;
  /** With it, a token of Jira in the cloud. */
  readonly user: string | undefined;
}

/** Jira's REST API, version 2, as far as a look at issues needs it. **Errors** {@link SourceError} for what its user can mend. */
export class JiraClient {
  readonly #config: TriggerConfig<'jira'>;
  readonly #fields: string;
  readonly #service: ServiceClient;

  constructor(config: TriggerConfig<'jira'>, { token, user }: JiraCredential, { fetch, clock, signal }: Pick<SourceContext, 'fetch' | 'clock' | 'signal'>, { withComments }: { withComments: boolean }) {
    this.#config = config;
    this.#fields = withComments ? `${FIELDS},comment` : FIELDS;
    this.#service = new ServiceClient({
      called: 'Jira',
      place: 'when.jira.baseUrl',
      root: rootOf(config),
      headers: { authorization: user === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}` },
      fetch,
      clock,
      signal,
    });
  }

  get bytesRead(): number {
    return this.#service.bytesRead;
  }

  /** A page of what the query finds. Servers that do not know pages by token are asked for those by number, from `found` issues on. */
  async search(jql: string, cursor: Cursor | undefined, found: number): Promise<JiraPage> {
    if (cursor && 'startAt' in cursor) return this.#searchByNumber(jql, cursor.startAt);
    const answer = await this.#service.get('/rest/api/2/search/jql', { jql, maxResults: PAGE_SIZE, fields: this.#fields, nextPageToken: cursor?.token });
    if (answer.status === 404) return this.#searchByNumber(jql, found);
    const { issues, nextPageToken, isLast } = this.#checked(answer);
    const isMore = isLast !== true && typeof nextPageToken === 'string' && nextPageToken !== '';
    return { issues: listOf(issues), next: isMore ? { token: nextPageToken } : undefined };
  }

  async #searchByNumber(jql: string, startAt: number): Promise<JiraPage> {
    const answer = await this.#service.get('/rest/api/2/search', { jql, maxResults: PAGE_SIZE, fields: this.#fields, startAt });
    if (answer.status === 404 || answer.status === 410) throw new SourceError(`when.jira.baseUrl: no Jira answers at ${rootOf(this.#config)}; name its root, such as https://acme.atlassian.net`);
    const { issues, total } = this.#checked(answer);
    const after = startAt + listOf(issues).length;
    return { issues: listOf(issues), next: listOf(issues).length > 0 && Number(total) > after ? { startAt: after } : undefined };
  }

  /** Who asks, as Jira names the creators of issues. */
  async myself(): Promise<string> {
    const { accountId, name } = this.#checked(await this.#service.get('/rest/api/2/myself'));
    const account = [accountId, name].find((text) => typeof text === 'string' && text !== '');
    if (account === undefined) throw new Error('Jira does not say whose the token is');
    return account as string;
  }

  /** The newest comments of an issue, the newest first, of which a search has only some. */
  async comments(key: string, startAt: number): Promise<{ comments: readonly unknown[]; total: number }> {
    const { status, body } = await this.#service.get(`/rest/api/2/issue/${encodeURIComponent(key)}/comment`, { orderBy: '-created', maxResults: PAGE_SIZE, startAt });
    if (status !== 200) throw refused(status, body);
    const { comments, total } = body as Readonly<Record<string, unknown>>;
    return { comments: listOf(comments), total: Number(total) };
  }

  #checked({ status, headers, body }: ServiceAnswer): Readonly<Record<string, unknown>> {
    const secret = this.#config.secretRef.name;
    // Jira in the cloud answers who is not who they say with what strangers may see: nothing.
    if (status === 401 || /AUTHENTICAT(ED|ION)_(FAILED|DENIED)/.test(headers.get('x-seraph-loginreason') ?? '')) {
      throw new SourceError(`when.jira.secretRef: Jira does not take what is in Secret "${secret}"; in the cloud it needs JIRA_TOKEN and the address of its owner in JIRA_USER, elsewhere a personal access token in JIRA_TOKEN alone`);
    }
    if (status === 403) throw new SourceError(`when.jira.secretRef: Jira forbids the owner of the token in Secret "${secret}" to look${quoted(body)}; let them browse project ${this.#config.project}`);
    if (status === 400) throw new SourceError(`when.jira.jql: Jira refuses the query${quoted(body)}; correct project or jql`);
    if (status !== 200) throw refused(status, body);
    return body as Readonly<Record<string, unknown>>;
  }
}

export function rootOf({ baseUrl }: TriggerConfig<'jira'>): string {
  return baseUrl.replace(/\/+$/, '');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function refused(status: number, body: unknown): Error {
  return new Error(`Jira answered with status ${status}${quoted(body)}`);
}

const LONGEST_QUOTE = 300;

/** What Jira says is wrong. */
function quoted(body: unknown): string {
  const { errorMessages, errors } = (body ?? {}) as { errorMessages?: unknown; errors?: unknown };
  const said = [...listOf(errorMessages), ...Object.values(typeof errors === 'object' && errors !== null ? errors : {})].filter((text) => typeof text === 'string').join(' ');
  return said === '' ? '' : `, ${JSON.stringify(said.slice(0, LONGEST_QUOTE))}`;
}
