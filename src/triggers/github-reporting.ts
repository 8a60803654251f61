import type * as l1 from '../l1';
import type { Problem } from '../private/problem';
import { checkEachMade } from '../private/shape';
import { typeName } from '../private/structural';

/** How a TaskSpawner tells what becomes of its Tasks, where the event came from. */
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

  private constructor(
    /** What is written: comments or check runs. */
    public readonly kind: 'comments' | 'checks',
    private readonly reporting: l1.GitHubReporting,
  ) {}

  /** @internal */
  public _render(): l1.GitHubReporting {
    return this.reporting;
  }
}

export function renderReporting(reporting: readonly GitHubReporting[] | undefined): l1.GitHubReporting | undefined {
  return reporting?.reduce<l1.GitHubReporting>((all, one) => ({ ...all, ...one._render() }), {});
}

export function checkReportingShape(reporting: readonly GitHubReporting[] | undefined, path: string): Problem[] {
  if (reporting === undefined) return [];
  if (!Array.isArray(reporting)) return [{ code: 'type', path, got: typeName(reporting), allowed: 'it has to be a list', fix: 'pass [GitHubReporting.comments()]' }];
  return checkEachMade(reporting, '_render', 'GitHubReporting.comments() or .checks()', path);
}

/** `hasCommits` says whether what is reported on has a commit that a check run can be of. */
export function checkReporting(reporting: readonly GitHubReporting[] | undefined, { hasCommits, fix }: { hasCommits: boolean; fix?: string }, path: string): Problem[] {
  const kinds = (reporting ?? []).map(({ kind }) => kind);
  return kinds.flatMap((kind, index): Problem[] => {
    if (kinds.indexOf(kind) !== index) return [{ code: 'ambiguous', path: `${path}[${index}]`, got: `GitHubReporting.${kind}`, fix: 'keep one of them' }];
    if (kind === 'checks' && !hasCommits) return [{ code: 'no-commit', path: `${path}[${index}]`, got: 'GitHubReporting.checks', fix: fix ?? 'pass GitHubReporting.comments()' }];
    return [];
  });
}
