import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { GitCredentials } from './git-credentials';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkRepositoryPath, checkRepositoryUrl, normalParts } from './private/git';
import { checkObjectName, duplicatesOf } from './private/names';
import { type Problem, quote } from './private/problem';
import { addChecks } from './private/program';
import { existingObject } from './private/reference';
import { checkSecret } from './private/secret-check';

/** A Workspace that this program defines, or that exists already. */
export interface IWorkspace {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** How a Workspace is made. */
export interface WorkspaceProps {
  /**
   * The metadata of the object.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** The repository to clone: `https://…`, `http://…`, `git://…` or `git@…`. */
  readonly repo: string;
  /**
   * A branch, a tag, or a commit by all 40 digits.
   *
   * @default - the default branch of the repository
   */
  readonly ref?: string;
  /**
   * How to authenticate to the host of the repository.
   *
   * @default - the repository is public, and nothing can be pushed
   */
  readonly credentials?: GitCredentials;
  /**
   * Further remotes by name, for example `upstream` for a fork. They use the same credentials.
   *
   * @default - only `origin`
   */
  readonly remotes?: { [name: string]: string };
  /**
   * Clone the submodules as well, and theirs. The credentials are for those on the host of the repository.
   *
   * @default false
   */
  readonly submodules?: boolean;
  /**
   * The PersistentVolumeClaim, in the namespace of the Workspace, that keeps a mirror of the repository from one Task to the next, so that a large
   * repository is not fetched whole for each. Only what prepares the clone mounts it, never an agent. Tasks at a time need an access mode of
   * `ReadWriteMany`, or one node. Without the claim Tasks run all the same, and clone as they do without a cache.
   *
   * @default - each Task fetches what it clones
   */
  readonly cloneCache?: string;
  /**
   * Files to write into the clone before the agent starts, by their path in the repository.
   *
   * @default - none
   */
  readonly files?: { [path: string]: string };
  /**
   * A command to run in the clone before the agent starts, for example to install dependencies. No shell is involved. When
   * it fails, the Task fails.
   *
   * @default - none
   */
  readonly setupCommand?: string[];
  /**
   * Put a caching proxy between the agents of this Workspace and the API of GitHub.
   *
   * @default false
   */
  readonly ghproxy?: boolean;
}

/**
 * A git repository, and how a clone of it is made ready for an agent.
 *
 * Each Task gets its own clone. Agents change the clone; what they push is up to them and their credentials.
 *
 * @example
 *
 * new Workspace(this, 'shop', {
 *   repo: 'https://github.com/acme/shop.git',
 *   credentials: GitCredentials.token(SecretRef.fromName('shop-bot')),
 * });
 */
export class Workspace extends Construct implements IWorkspace {
  /** A Workspace that exists already, in the namespace of who refers to it. */
  public static fromWorkspaceName(name: string): IWorkspace {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly remotes: { [name: string]: string };
  private readonly files: { [path: string]: string };

  public constructor(scope: Construct, id: string, private readonly props: WorkspaceProps) {
    super(scope, id);
    this.remotes = { ...props.remotes };
    this.files = { ...props.files };
    this.resource = new l1.CfgWorkspace(this, 'Resource', { metadata: this.metadata(), spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /**
   * Adds a remote.
   *
   * @param name its name; `origin` is the repository itself
   * @param url where it is
   */
  public addRemote(name: string, url: string): void {
    if (name in this.remotes) throw new Error(`remote ${quote(name)} is already set to ${quote(this.remotes[name])}`);
    this.remotes[name] = url;
  }

  /**
   * Adds a file that is written into the clone before the agent starts.
   *
   * @param path its path in the repository, with forward slashes
   * @param content its text
   */
  public addFile(path: string, content: string): void {
    if (path in this.files) throw new Error(`file ${quote(path)} is already there`);
    this.files[path] = content;
  }

  /** What the kind of the reference has no field for. */
  private metadata(): ApiObjectMetadata | undefined {
    const { metadata, submodules, cloneCache, credentials } = this.props;
    const annotations = {
      ...(submodules ? { 'taskwright.dev/submodules': 'true' } : {}),
      ...(cloneCache === undefined ? {} : { 'taskwright.dev/clone-cache': cloneCache }),
      ...(credentials?.repositories?.length ? { 'taskwright.dev/github-repositories': credentials.repositories.join(',') } : {}),
    };
    return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations: { ...annotations, ...metadata?.annotations } };
  }

  private render(): l1.WorkspaceSpec {
    const { repo, ref, credentials, setupCommand, ghproxy } = this.props;
    return {
      repo,
      ref,
      secretRef: credentials && { name: credentials.secret?.name },
      remotes: listUnlessEmpty(this.remotes, (name, url) => ({ name, url })),
      files: listUnlessEmpty(this.files, (path, content) => ({ path, content })),
      setupCommand,
      ghproxy: ghproxy ? {} : undefined,
    };
  }

  private check(): Problem[] {
    const { repo, cloneCache, credentials } = this.props;
    const problems = [
      ...checkObjectName(this.name, { becomesLabel: false }),
      ...checkRepositoryUrl(repo, 'repo'),
      ...(cloneCache === undefined ? [] : checkObjectName(cloneCache, { becomesLabel: false, path: 'cloneCache' })),
      ...this.checkRemotes(),
      ...this.checkFiles(),
      ...(credentials ? checkSecret(this.resource, credentials.secret, credentials.keys, 'the Workspace', 'credentials') : []),
    ];
    return checkSpec('Workspace', this.render(), problems, { 'spec.secretRef': 'credentials' });
  }

  private checkRemotes(): Problem[] {
    const problems = Object.entries(this.remotes).flatMap(([name, url]) => checkRepositoryUrl(url, `remotes.${name}`));
    if ('origin' in this.remotes) problems.push({ code: 'reserved-name', path: 'remotes', got: quote('origin'), allowed: 'origin is the repository itself', fix: 'rename the remote' });
    return problems;
  }

  private checkFiles(): Problem[] {
    const paths = Object.keys(this.files);
    const sameFile = duplicatesOf(paths.map((path) => normalParts(path)?.join('/') ?? path));
    return [
      ...paths.flatMap((path) => checkRepositoryPath(path, 'files')),
      ...sameFile.map((path): Problem => ({ code: 'duplicate-file', path: 'files', got: quote(path), fix: 'keep one of them' })),
    ];
  }
}

function listUnlessEmpty<T>(map: { [name: string]: string }, item: (name: string, value: string) => T): T[] | undefined {
  const entries = Object.entries(map);
  return entries.length === 0 ? undefined : entries.map(([name, value]) => item(name, value));
}
