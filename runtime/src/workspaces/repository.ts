/** A Git repository, as its URL names it. */
export interface Repository {
  /** With its port, in lower case. Empty for the `owner/name` shorthand, which means github.com. */
  readonly host: string;
  /** On hosts with nested groups, all of them: `group/sub`. */
  readonly owner: string;
  readonly name: string;
}

/**
 * Reads the host, owner and name out of `https://…`, `git://…`, `git@host:…` or `owner/name`; nothing if there are none.
 *
 * Names keep their dots and nested groups stay whole, where the reference cuts both (docs/compatibility.md, "Repository URLs").
 */
export function parseRepository(url: string): Repository | undefined {
  const { host, path } = splitUrl(url.trim());
  const segments = path.split('/').filter((segment) => segment !== '');
  const name = segments.pop()?.replace(/\.git$/, '');
  if (!name || segments.length === 0) return undefined;
  return { host, owner: segments.join('/'), name };
}

/** Any host but github.com is taken for a GitHub Enterprise Server: nothing in a URL tells it from other forges. */
export function isEnterprise(repository: Repository | undefined): boolean {
  return repository !== undefined && repository.host !== '' && repository.host !== 'github.com';
}

/** What is not well encoded is a name with a percent sign in it. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function splitUrl(url: string): { host: string; path: string } {
  const scp = /^[^@/]+@([^:/]+):(.*)$/.exec(url);
  if (scp) return { host: scp[1]!.toLowerCase(), path: scp[2]! };
  if (!/^[a-z]+:\/\//i.test(url)) return { host: '', path: url };
  const parsed = URL.parse(url);
  return parsed ? { host: parsed.host, path: decoded(parsed.pathname) } : { host: '', path: '' };
}
