import type * as l1 from '../l1';
import { REPORTING_ANNOTATIONS } from '../private/fixed-names';
import { type Problem, quote } from '../private/problem';
import { checkEachMade, itemsIn } from '../private/shape';
import { typeName } from '../private/structural';

/** The label that an issue or pull request has in each state of its Task. Each may be left out, but not all. */
export interface GitHubStateLabels {
  /**
   * While a Task works. The last one to end takes it away.
   *
   * @default - none
   */
  readonly running?: string;
  /**
   * When a Task has succeeded.
   *
   * @default - none
   */
  readonly succeeded?: string;
  /**
   * When a Task has failed.
   *
   * @default - none
   */
  readonly failed?: string;
}

const LABELED_STATES = ['running', 'succeeded', 'failed'] as const;
/** What GitHub takes. */
const LONGEST_LABEL = 50;

/**
 * How a TaskSpawner tells what becomes of its Tasks, where the event came from.
 *
 * @example
 *
 * const issues = Trigger.githubIssues({
 *   labels: ['agent'],
 *   excludeLabels: ['agent/running', 'agent/done'],
 *   reporting: [
 *     GitHubReporting.comments('Sticky'),
 *     GitHubReporting.reactions(),
 *     GitHubReporting.labels({ running: 'agent/running', succeeded: 'agent/done', failed: 'agent/failed' }),
 *   ],
 * });
 */
export class GitHubReporting {
  /**
   * In comments.
   *
   * @param mode `PerTask` writes one for each Task, `Sticky` one for each issue or pull request, which is edited
   */
  public static comments(mode?: 'PerTask' | 'Sticky'): GitHubReporting {
    return new GitHubReporting('comments', { comments: { mode } });
  }

  /**
   * In a check run of the commit.
   *
   * @param name what it is called, in at most 100 characters; left out, `Kelos:` and the name of the TaskSpawner
   */
  public static checks(name?: string): GitHubReporting {
    return new GitHubReporting('checks', { checks: { name } });
  }

  /**
   * In reactions to the comment that asked, or else to the issue or pull request: eyes, then a rocket or a confused face. The reference does not know them, so they are an annotation of the
   * TaskSpawner.
   */
  public static reactions(): GitHubReporting {
    return new GitHubReporting('reactions', {}, { [REPORTING_ANNOTATIONS.reactions]: 'true' });
  }

  /**
   * In labels of the issue or pull request. The reference does not know them, so they are an annotation of the TaskSpawner.
   *
   * @param labels the label of each state, in at most 50 characters; GitHub makes those that the repository does not have
   */
  public static labels(labels: GitHubStateLabels): GitHubReporting {
    const texts = LABELED_STATES.map((state) => [state, labels?.[state] as unknown]).filter(([, label]) => typeof label === 'string');
    return new GitHubReporting('labels', {}, { [REPORTING_ANNOTATIONS.labels]: JSON.stringify(Object.fromEntries(texts)) }, labels);
  }

  private constructor(
    /** What is written. */
    public readonly kind: 'comments' | 'checks' | 'reactions' | 'labels',
    private readonly reporting: l1.GitHubReporting,
    private readonly annotations: { readonly [name: string]: string } = {},
    private readonly stateLabels?: GitHubStateLabels,
  ) {}

  /** @internal */
  public _render(): l1.GitHubReporting {
    return this.reporting;
  }

  /** What the TaskSpawner says beside its spec. @internal */
  public _annotations(): { readonly [name: string]: string } {
    return this.annotations;
  }

  /** @internal */
  public _check(path: string): Problem[] {
    return this.kind === 'labels' ? checkStateLabels(this.stateLabels, path) : [];
  }
}

/** Nothing where annotations say all of it. */
export function renderReporting(reporting: readonly GitHubReporting[] | undefined): l1.GitHubReporting | undefined {
  const parts = reporting?.map((one) => one._render());
  if (!parts || (parts.length > 0 && parts.every((part) => Object.keys(part).length === 0))) return undefined;
  return parts.reduce<l1.GitHubReporting>((all, part) => ({ ...all, ...part }), {});
}

/** Misshapen items are left out, and reported at the end. */
export function reportingAnnotations(reporting: readonly GitHubReporting[] | undefined): { readonly [name: string]: string } {
  const parts = itemsIn<GitHubReporting | null | undefined>(reporting).map((one) => (typeof one?._annotations === 'function' ? one._annotations() : {}));
  return Object.assign({}, ...parts) as { readonly [name: string]: string };
}

export function checkReportingShape(reporting: readonly GitHubReporting[] | undefined, path: string): Problem[] {
  if (reporting === undefined) return [];
  if (!Array.isArray(reporting)) return [{ code: 'type', path, got: typeName(reporting), allowed: 'it has to be a list', fix: 'pass [GitHubReporting.comments()]' }];
  return checkEachMade(reporting, '_render', 'GitHubReporting.comments(), .checks(), .reactions() or .labels({ … })', path);
}

/** `hasCommits` says whether what is reported on has a commit that a check run can be of. */
export function checkReporting(reporting: readonly GitHubReporting[] | undefined, { hasCommits, fix }: { hasCommits: boolean; fix?: string }, path: string): Problem[] {
  const kinds = (reporting ?? []).map(({ kind }) => kind);
  const unusable = (reporting ?? []).flatMap((one, index) => one._check(`${path}[${index}]`));
  return kinds.flatMap((kind, index): Problem[] => {
    if (kinds.indexOf(kind) !== index) return [{ code: 'ambiguous', path: `${path}[${index}]`, got: `GitHubReporting.${kind}`, fix: 'keep one of them' }];
    if (kind === 'checks' && !hasCommits) return [{ code: 'no-commit', path: `${path}[${index}]`, got: 'GitHubReporting.checks', fix: fix ?? 'pass GitHubReporting.comments()' }];
    return [];
  }).concat(unusable);
}

/** GitHub knows no difference between upper and lower case in labels. */
function checkStateLabels(labels: GitHubStateLabels | undefined, path: string): Problem[] {
  if (typeof labels !== 'object' || labels === null) return [{ code: 'type', path, got: typeName(labels), allowed: 'it has to be labels', fix: "pass { running: 'agent/running' }" }];
  const given = LABELED_STATES.filter((state) => labels[state] !== undefined);
  if (given.length === 0) return [{ code: 'required', path, fix: "name a label of one state, for example { running: 'agent/running' }" }];
  const firstWith = (label: string) => given.find((state) => String(labels[state]).toLowerCase() === label.toLowerCase());
  return given.flatMap((state): Problem[] => {
    const label: unknown = labels[state];
    const at = `${path}.${state}`;
    if (typeof label !== 'string') return [{ code: 'type', path: at, got: typeName(label), allowed: 'it has to be a text' }];
    if (label.trim() !== label || label === '') return [{ code: 'pattern', path: at, got: quote(label), allowed: 'a label is a text without spaces around it' }];
    if (label.length > LONGEST_LABEL) return [{ code: 'too-long', path: at, got: `${label.length} characters`, allowed: `at most ${LONGEST_LABEL}` }];
    return firstWith(label) === state ? [] : [{ code: 'duplicate', path: at, got: quote(label), allowed: `it is the label of ${firstWith(label)!} too`, fix: 'rename one of them' }];
  });
}
