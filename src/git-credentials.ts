import type { ISecretRef } from './secret-ref';

/**
 * How a Workspace authenticates to the host of its repository: to clone, to push, and for the `gh` command of the agent.
 * The value stays in a Secret, in the namespace of the Workspace.
 */
export class GitCredentials {
  /** A personal access token, under the key `GITHUB_TOKEN`. */
  public static token(secret: ISecretRef): GitCredentials {
    return new GitCredentials(secret, ['GITHUB_TOKEN']);
  }

  /**
   * A GitHub App: the operator turns its key into a token that lives an hour. The Secret has the keys `appID`,
   * `installationID` and `privateKey` (PEM).
   */
  public static githubApp(secret: ISecretRef): GitCredentials {
    return new GitCredentials(secret, ['appID', 'installationID', 'privateKey']);
  }

  private constructor(
    /** The Secret that holds the credential. */
    public readonly secret: ISecretRef,
    /** The keys that are read from it. */
    public readonly keys: string[],
  ) {}
}
