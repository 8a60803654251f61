import type { TaskSpawnerSpec } from '@taskwright/schema';
import { z } from 'zod';
import { gitlab } from '../forges/dialect.ts';
import { ForgeClient } from '../forges/forge-client.ts';
import { forgeSite } from '../forges/forge-site.ts';
import type { SourceContext } from '../sources/source.ts';
import { type GitLabNote, readNotes } from './gitlab-items.ts';

type CommentPolicy = NonNullable<NonNullable<TaskSpawnerSpec['when']['gitlabIssues']>['commentPolicy']>;

/** From its documentation: "Access levels" of the members API. */
const ACCESS_LEVELS: Readonly<Record<NonNullable<CommentPolicy['minimumAccessLevel']>, number>> = { guest: 10, planner: 15, reporter: 20, developer: 30, maintainer: 40, owner: 50 };
/** Of one item, the newest. */
const MOST_NOTES = 1_000;

const members = z.array(z.object({ username: z.string(), access_level: z.int(), state: z.string().nullish() }));

/** A project on GitLab, for one look. */
export class GitLabProject {
  readonly client: ForgeClient;
  readonly #path: string;
  readonly #levels = new Map<string, Promise<number>>();

  private constructor(client: ForgeClient) {
    this.client = client;
    this.#path = `/projects/${encodeURIComponent(client.site.path)}`;
  }

  /** @param where `when.gitlabIssues` */
  static async of(where: string, { baseUrl, project }: { readonly baseUrl?: string; readonly project?: string }, context: SourceContext): Promise<GitLabProject> {
    return new GitLabProject(new ForgeClient(gitlab, await forgeSite(gitlab, { where, baseUrl, path: project }, context), context));
  }

  /** Of something in the project. */
  path(below: string): string {
    return `${this.#path}/${below}`;
  }

  /** The newest, from the oldest of them on. */
  async notes(of: 'issues' | 'merge_requests', number: number, version?: string): Promise<readonly GitLabNote[]> {
    const { items } = await this.client.list(this.path(`${of}/${number}/notes`), { sort: 'desc', order_by: 'created_at' }, { mostItems: MOST_NOTES, version });
    return readNotes(items);
  }

  /** Whether somebody has at least that access level, from the project or from a group above it. Each is asked about once in a look. */
  async hasAccess(username: string, minimum: CommentPolicy['minimumAccessLevel']): Promise<boolean> {
    if (minimum === undefined) return false;
    const name = username.toLowerCase();
    const level = this.#levels.get(name) ?? this.#levelOf(name);
    this.#levels.set(name, level);
    return await level >= ACCESS_LEVELS[minimum];
  }

  async #levelOf(name: string): Promise<number> {
    const { items } = await this.client.list(this.path('members/all'), { query: name });
    const { data = [] } = members.safeParse(items);
    return Math.max(0, ...data.filter(({ username, state }) => username.toLowerCase() === name && (state ?? 'active') === 'active').map(({ access_level: level }) => level));
  }
}
