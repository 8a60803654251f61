import type * as l1 from '../l1';
import type { Problem } from '../private/problem';
import { checkEachMade } from '../private/shape';
import { typeName } from '../private/structural';

/** How a TaskSpawner tells what becomes of its Tasks on GitLab, Gitea and Forgejo. */
export class ForgeReporting {
  /**
   * In comments.
   *
   * @param mode `PerTask` writes one for each Task, `Sticky` one for each issue, merge request or pull request, which is edited
   */
  public static comments(mode?: 'PerTask' | 'Sticky'): ForgeReporting {
    return new ForgeReporting('comments', { comments: { mode } });
  }

  /**
   * In a status of the newest commit of a merge request or pull request.
   *
   * @param name what it is called, in at most 100 characters; left out, `Taskwright:` and the name of the TaskSpawner
   */
  public static commitStatus(name?: string): ForgeReporting {
    return new ForgeReporting('commitStatus', { commitStatus: { name } });
  }

  private constructor(
    /** What is written: comments, or a status of a commit. */
    public readonly kind: 'comments' | 'commitStatus',
    private readonly reporting: l1.ForgeReporting,
  ) {}

  /** @internal */
  public _render(): l1.ForgeReporting {
    return this.reporting;
  }
}

export function renderForgeReporting(reporting: readonly ForgeReporting[] | undefined): l1.ForgeReporting | undefined {
  return reporting?.reduce<l1.ForgeReporting>((all, one) => ({ ...all, ...one._render() }), {});
}

export function checkForgeReportingShape(reporting: readonly ForgeReporting[] | undefined, path: string): Problem[] {
  if (reporting === undefined) return [];
  if (!Array.isArray(reporting)) return [{ code: 'type', path, got: typeName(reporting), allowed: 'it has to be a list', fix: 'pass [ForgeReporting.comments()]' }];
  return checkEachMade(reporting, '_render', 'ForgeReporting.comments() or .commitStatus()', path);
}

export function checkForgeReporting(reporting: readonly ForgeReporting[] | undefined, path: string): Problem[] {
  const kinds = (reporting ?? []).map(({ kind }) => kind);
  return kinds.flatMap((kind, index): Problem[] => (
    kinds.indexOf(kind) === index ? [] : [{ code: 'ambiguous', path: `${path}[${index}]`, got: `ForgeReporting.${kind}`, fix: 'keep one of them' }]
  ));
}
