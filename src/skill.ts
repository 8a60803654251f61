import type * as l1 from './l1';
import { type Problem, quote } from './private/problem';
import type { ISecretRef } from './secret-ref';

/** What is taken from a package of skills, and how it is fetched. */
export interface SkillOptions {
  /**
   * The one skill to install.
   *
   * @default - all skills of the package
   */
  readonly skill?: string;
  /**
   * A Secret with the key `GITHUB_TOKEN`, for a private package.
   *
   * @default - the package is public
   */
  readonly token?: ISecretRef;
}

/** A package of skills that is installed when a Task starts. Needs network access to where it is. */
export class Skill {
  /**
   * A package on GitHub, as skills.sh names it.
   *
   * @param repository `owner/repo`
   * @param options what is taken from it, and how
   */
  public static fromGitHub(repository: `${string}/${string}`, options: SkillOptions = {}): Skill {
    return new Skill(repository, OWNER_REPO, 'owner/repo', options);
  }

  /**
   * A package in any git repository.
   *
   * @param url `https://…`
   * @param options what is taken from it, and how
   */
  public static fromGit(url: `https://${string}`, options: SkillOptions = {}): Skill {
    return new Skill(url, HTTPS_URL, 'https://host/path', options);
  }

  private constructor(
    /** Where the package is. */
    public readonly source: string,
    private readonly form: RegExp,
    private readonly formName: string,
    private readonly options: SkillOptions,
  ) {}

  /** @internal */
  public get _token(): ISecretRef | undefined {
    return this.options.token;
  }

  /** @internal */
  public _render(): l1.SkillPackage {
    const { skill, token } = this.options;
    return { source: this.source, skill, secretRef: token && { name: token.name } };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    if (this.source.includes('${Token[') || this.form.test(this.source)) return [];
    return [{ code: 'pattern', path: `${path}.source`, got: quote(this.source), allowed: `it has to be ${this.formName}` }];
  }
}

const OWNER_REPO = /^[\w.-]+\/[\w.-]+$/;
const HTTPS_URL = /^https:\/\/[^/\s]+\/\S+$/;
