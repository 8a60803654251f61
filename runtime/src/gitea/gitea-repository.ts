import type { TaskSpawnerSpec } from '@taskwright/schema';
import { z } from 'zod';
import { gitea } from '../forges/dialect.ts';
import { ForgeClient, ForgeError } from '../forges/forge-client.ts';
import { forgeSite } from '../forges/forge-site.ts';
import { SourceError, type SourceContext } from '../sources/source.ts';
import { type GiteaComment, readComments } from './gitea-items.ts';

type Permission = NonNullable<NonNullable<TaskSpawnerSpec['when']['giteaIssues']>['commentPolicy']>['minimumPermission'];

/** From the lowest, as Gitea calls them. */
const PERMISSIONS = ['none', 'read', 'write', 'admin', 'owner'];

const collaborator = z.object({ permission: z.string() });

/** A repository on Gitea or Forgejo, for one look. */
export class GiteaRepository {
  readonly client: ForgeClient;
  readonly #where: string;
  readonly #path: string;
  readonly #permissions = new Map<string, Promise<number>>();

  private constructor(where: string, client: ForgeClient) {
    this.#where = where;
    this.client = client;
    this.#path = `/repos/${encodeURIComponent(client.site.owner)}/${encodeURIComponent(client.site.name)}`;
  }

  /** @param where `when.giteaIssues` */
  static async of(where: string, { baseUrl, repo }: { readonly baseUrl?: string; readonly repo?: string }, context: SourceContext): Promise<GiteaRepository> {
    return new GiteaRepository(where, new ForgeClient(gitea, await forgeSite(gitea, { where, baseUrl, path: repo }, context), context));
  }

  /** Of something in the repository. */
  path(below: string): string {
    return `${this.#path}/${below}`;
  }

  /** All of an issue or a pull request, the oldest first: Gitea has no pages of them. */
  async comments(number: number, version?: string): Promise<readonly GiteaComment[]> {
    const { items } = await this.client.list(this.path(`issues/${number}/comments`), {}, { version });
    return readComments(items);
  }

  /** Whether somebody has at least that permission. Each is asked about once in a look. */
  async hasAccess(username: string, minimum: Permission): Promise<boolean> {
    if (minimum === undefined) return false;
    const name = username.toLowerCase();
    const permission = this.#permissions.get(name) ?? this.#permissionOf(name);
    this.#permissions.set(name, permission);
    return await permission >= PERMISSIONS.indexOf(minimum);
  }

  async #permissionOf(name: string): Promise<number> {
    try {
      const sent = await this.client.lookUp(this.path(`collaborators/${encodeURIComponent(name)}/permission`));
      return PERMISSIONS.indexOf(collaborator.safeParse(sent).data?.permission ?? 'none');
    } catch (error) {
      if (!(error instanceof ForgeError) || error.status !== 403) throw error;
      const { site } = this.client;
      throw new SourceError(`${this.#where}.commentPolicy.minimumPermission: Gitea at ${new URL(site.root).host} tells the permissions of others to administrators of ${site.path} alone, and ${site.account} is none; make them one, or use allowedUsers`);
    }
  }
}
