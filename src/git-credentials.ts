import { GITHUB_APP_KEYS } from './private/secret-keys';
import { copyOfList } from './private/shape';
import type { ISecretRef } from './secret-ref';

/** What else the token of a GitHub App is for. */
export interface GitHubAppOptions {
  /**
   * Names of further repositories of the same owner that agents may reach, without the owner: private submodules, for example.
   *
   * @default - none
   */
  readonly repositories?: string[];
}

/**
 * How a Workspace authenticates to the host of its repository: to clone, to push, and for the `gh` command of the agent.
 * The value stays in a Secret, in the namespace of the Workspace.
 */
export class GitCredentials {
  /**
   * A personal access token, under the key `GITHUB_TOKEN`; for a host that asks for a certain name beside it, that name under `username`. GitHub, GitLab,
   * Bitbucket and Gitea need none.
   */
  public static token(secret: ISecretRef): GitCredentials {
    return new GitCredentials(secret, ['GITHUB_TOKEN']);
  }

  /** A name and a password, or a token, of a host that is not GitHub. The Secret is of the type `kubernetes.io/basic-auth`, with the keys `username` and `password`. */
  public static basicAuth(secret: ISecretRef): GitCredentials {
    return new GitCredentials(secret, ['username', 'password']);
  }

  /**
   * A key for SSH. The Secret is of the type `kubernetes.io/ssh-auth`, with the keys `ssh-privatekey` and `known_hosts`: no host is believed that is not
   * among them.
   */
  public static sshKey(secret: ISecretRef): GitCredentials {
    return new GitCredentials(secret, ['ssh-privatekey', 'known_hosts']);
  }

  /**
   * A GitHub App: the operator turns its key into a token that lives an hour. The Secret has the keys `appID`,
   * `installationID` and `privateKey` (PEM). The token is for the repository of the Workspace, and for its remotes of the same owner.
   *
   * @param secret the Secret that holds the App
   * @param options what else the token is for
   */
  public static githubApp(secret: ISecretRef, options: GitHubAppOptions = {}): GitCredentials {
    return new GitCredentials(secret, GITHUB_APP_KEYS, copyOfList(options.repositories, 'GitCredentials.githubApp: repositories'));
  }

  private constructor(
    /** The Secret that holds the credential. */
    public readonly secret: ISecretRef,
    /** The keys that are read from it. */
    public readonly keys: string[],
    /** Further repositories that the token is for. */
    public readonly repositories: string[] = [],
  ) {}
}
