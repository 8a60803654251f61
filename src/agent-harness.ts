import type { ApiObject } from 'cdk8s';
import type * as l1 from './l1';
import { checkBranch, checkRepositoryUrl } from './private/git';
import type { Problem } from './private/problem';
import { checkSecret } from './private/secret-check';
import type { ISecretRef } from './secret-ref';

/** A repository that a harness works in. */
export interface HarnessWorkspaceOptions {
  /**
   * The repository to clone into the Pod.
   *
   * @default - there is none
   */
  readonly repo?: string;
  /**
   * The branch to check out.
   *
   * @default 'main'
   */
  readonly branch?: string;
  /**
   * A Secret with the credential for git.
   *
   * @default - the repository is public
   */
  readonly credentials?: ISecretRef;
}

/** A coding agent that answers like a service agent, many sessions in one Pod. For work that ends, each in a Pod of its own, there is `Task`. */
export class AgentHarness {
  /** Pi. */
  public static pi(workspace?: HarnessWorkspaceOptions): AgentHarness {
    return new AgentHarness('pi', workspace);
  }

  /** Claude Code, in an image of your own: the agent has to name it. */
  public static claude(workspace?: HarnessWorkspaceOptions): AgentHarness {
    return new AgentHarness('claude', workspace);
  }

  /** Whatever the image does: the agent has to name it. */
  public static custom(workspace?: HarnessWorkspaceOptions): AgentHarness {
    return new AgentHarness('custom', workspace);
  }

  /**
   * Another harness that the operator is set up with.
   *
   * @param runtime its name there
   * @param workspace a repository to work in
   */
  public static fromName(runtime: string, workspace?: HarnessWorkspaceOptions): AgentHarness {
    return new AgentHarness(runtime, workspace);
  }

  private constructor(
    /** The name of the harness. */
    public readonly runtime: string,
    private readonly workspace?: HarnessWorkspaceOptions,
  ) {}

  /** @internal */
  public _render(): l1.AgentHarness {
    if (!this.workspace) return { runtime: this.runtime };
    const { repo, branch, credentials } = this.workspace;
    return { runtime: this.runtime, workspace: { repoURL: repo, branch, credentialsSecretRef: credentials && { name: credentials.name } } };
  }

  /** @internal */
  public _check(from: ApiObject, image: string | undefined, path: string): Problem[] {
    const { repo, branch, credentials } = this.workspace ?? {};
    const problems: Problem[] = [];
    if (this.runtime === '') problems.push({ code: 'required', path: `${path}.runtime`, fix: 'name a harness that the operator is set up with' });
    if (WITHOUT_IMAGE.includes(this.runtime) && !image) problems.push({ code: 'required', path: 'image', allowed: `the harness ${this.runtime} has none of its own`, fix: 'set it' });
    if (repo === undefined && (branch !== undefined || credentials)) problems.push({ code: 'required', path: `${path}.repo`, fix: 'name the repository that the rest is for' });
    return [
      ...problems,
      ...(repo === undefined ? [] : checkRepositoryUrl(repo, `${path}.repo`)),
      ...(branch === undefined ? [] : checkBranch(branch, `${path}.branch`)),
      ...(credentials ? checkSecret(from, credentials, [], 'the clone', `${path}.credentials`) : []),
    ];
  }
}

const WITHOUT_IMAGE = ['claude', 'custom'];
