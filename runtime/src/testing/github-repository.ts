import type { Clock } from '../kube/clock.ts';
import {
  aComment, type Addresses, aFile, aLabel, anIssue, aPull, aReview, aReviewComment, aUser, type GitHubCheck, type GitHubComment, type GitHubFile, type GitHubIssue, type GitHubPull, type GitHubReview, type GitHubReviewComment,
  type IssueFacts, type PullFacts, type ReviewState, shaOf,
} from './github-objects.ts';

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Left out: the next number, the login `octocat`, now. */
export type NewIssue = Partial<Omit<IssueFacts, 'isPull'>>;
/** Left out: as of an issue; the branch `topic` and a commit of its own. */
export type NewPull = NewIssue & Partial<PullFacts> & { readonly files?: readonly string[] };

export interface NewComment {
  /** @default octocat */
  readonly user?: string;
  readonly body: string;
  /** RFC 3339. @default now */
  readonly at?: string;
}

interface PullState {
  facts: PullFacts;
  files: GitHubFile[];
  readonly reviews: GitHubReview[];
  readonly comments: GitHubReviewComment[];
}

/** A repository of GitHub, as far as its API shows it, and as people change it. */
export class GitHubRepository {
  readonly addresses: Addresses;
  readonly isPrivate: boolean;
  readonly issues = new Map<number, GitHubIssue>();
  readonly checks: GitHubCheck[] = [];
  /** By path below the repository: `issues/1`, `issues/comments/2`, `pulls/comments/3`. */
  readonly reactions = new Map<string, string[]>();
  readonly #clock: Clock;
  readonly #comments = new Map<number, GitHubComment[]>();
  readonly #pulls = new Map<number, PullState>();
  /** By login, in lower case. A role that the organization made itself counts as the permission it is built on. */
  readonly #permissions = new Map<string, { readonly permission: Permission; readonly role: string }>();
  #lastId = 1_000_000;

  constructor(addresses: Addresses, clock: Clock, isPrivate: boolean) {
    this.addresses = addresses;
    this.#clock = clock;
    this.isPrivate = isPrivate;
  }

  /** Opens an issue, or replaces one. */
  issue({ number = this.issues.size + 1, title = `Issue ${number}`, user = 'octocat', at = this.now(), ...facts }: NewIssue = {}): GitHubIssue {
    const issue = anIssue(this.addresses, { number, title, user, at, ...facts });
    this.issues.set(number, issue);
    return issue;
  }

  pull({ number = this.issues.size + 1, ref = 'topic', sha = shaOf(`${this.addresses.repository} ${number}`), base, draft, files = [], user = 'octocat', title = `Pull request ${number}`, at = this.now(), ...facts }: NewPull = {}): GitHubIssue {
    this.#pulls.set(number, { facts: { ref, sha, base, draft }, files: files.map((name) => aFile(this.addresses, name)), reviews: [], comments: [] });
    const issue = anIssue(this.addresses, { number, title, user, at, ...facts, isPull: true });
    this.issues.set(number, issue);
    return issue;
  }

  comment(number: number, { user = 'octocat', body, at = this.now() }: NewComment): GitHubComment {
    const comment = aComment(this.addresses, { id: this.nextId(), number, user, body, at });
    const comments = this.commentsOf(number);
    this.#comments.set(number, [...comments, comment]);
    this.touch(number, { comments: comments.length + 1 });
    return comment;
  }

  /** Changes the comment; nothing when there is none. */
  editComment(id: number, change: Partial<GitHubComment>): GitHubComment | undefined {
    for (const [number, comments] of this.#comments) {
      const edited = comments.map((comment) => (comment.id === id ? { ...comment, ...change, updated_at: this.now() } : comment));
      this.#comments.set(number, edited);
      const found = edited.find((comment) => comment.id === id);
      if (found) return found;
    }
    return undefined;
  }

  deleteComment(id: number): void {
    for (const [number, comments] of this.#comments) this.#comments.set(number, comments.filter((comment) => comment.id !== id));
  }

  review(number: number, state: ReviewState, { user = 'octocat', body = '', at = this.now(), commit = this.#pull(number).facts.sha }: Partial<NewComment> & { readonly commit?: string } = {}): GitHubReview {
    const review = aReview(this.addresses, { id: this.nextId(), number, user, body, at }, state, commit);
    this.#pull(number).reviews.push(review);
    this.touch(number);
    return review;
  }

  reviewComment(number: number, { user = 'octocat', body, at = this.now(), path, line, commit = this.#pull(number).facts.sha }: NewComment & { readonly path: string; readonly line?: number; readonly commit?: string }): GitHubReviewComment {
    const comment = aReviewComment(this.addresses, { id: this.nextId(), number, user, body, at }, commit, path, line);
    this.#pull(number).comments.push(comment);
    this.touch(number);
    return comment;
  }

  /** Pushes a commit to the branch of a pull request. */
  push(number: number, sha: string, files: readonly string[]): void {
    const pull = this.#pull(number);
    pull.facts = { ...pull.facts, sha };
    pull.files = files.map((name) => aFile(this.addresses, name));
    this.touch(number);
  }

  label(number: number, ...names: readonly string[]): void {
    const has = new Set(this.#issue(number).labels.map((label) => (typeof label === 'string' ? label : label.name)));
    this.touch(number, { labels: [...this.#issue(number).labels, ...names.filter((name) => !has.has(name)).map((name) => aLabel(this.addresses, name))] });
  }

  unlabel(number: number, name: string): void {
    this.touch(number, { labels: this.#issue(number).labels.filter((label) => (typeof label === 'string' ? label : label.name) !== name) });
  }

  close(number: number): void {
    this.touch(number, { state: 'closed', closed_at: this.now() });
  }

  permit(login: string, permission: Permission, role: string = permission): void {
    this.#permissions.set(login.toLowerCase(), { permission, role });
  }

  permissionOf(login: string): { readonly permission: Permission; readonly role: string } | undefined {
    return this.#permissions.get(login.toLowerCase());
  }

  /** As the list of pull requests has it. */
  pullOf(number: number): GitHubPull | undefined {
    const [issue, pull] = [this.issues.get(number), this.#pulls.get(number)];
    return issue && pull && aPull(this.addresses, issue, pull.facts);
  }

  commentsOf(number: number): readonly GitHubComment[] {
    return this.#comments.get(number) ?? [];
  }

  reviewsOf(number: number): readonly GitHubReview[] {
    return this.#pulls.get(number)?.reviews ?? [];
  }

  reviewCommentsOf(number: number): readonly GitHubReviewComment[] {
    return this.#pulls.get(number)?.comments ?? [];
  }

  filesOf(number: number): readonly GitHubFile[] {
    return this.#pulls.get(number)?.files ?? [];
  }

  userOf(login: string): ReturnType<typeof aUser> {
    return aUser(this.addresses, login);
  }

  /** Changes an issue or pull request, and when it was changed. */
  touch(number: number, change: Partial<GitHubIssue> = {}): void {
    this.issues.set(number, { ...this.#issue(number), ...change, updated_at: this.now() });
  }

  now(): string {
    return `${this.#clock.now().toISOString().slice(0, 19)}Z`;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #issue(number: number): GitHubIssue {
    const issue = this.issues.get(number);
    if (!issue) throw new RangeError(`${this.addresses.repository} has no issue and no pull request ${number}`);
    return issue;
  }

  #pull(number: number): PullState {
    const pull = this.#pulls.get(number);
    if (!pull) throw new RangeError(`${this.addresses.repository} has no pull request ${number}`);
    return pull;
  }
}
