import { type Problem, quote } from './problem';

/** Checks the root of a web service that is called: it has a host, and carries no password, since it ends up in plain text in the cluster. */
export function checkHttpUrl(url: unknown, path: string, example: string): Problem[] {
  if (typeof url !== 'string' || url.includes('${Token[')) return [];
  const parsed = /^https?:\/\/[^/\s]+\S*$/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  const allowed = `it has to look like ${example}`;
  if (!parsed) return [{ code: 'invalid-url', path, got: quote(url), allowed }];
  if (parsed.username !== '' || parsed.password !== '') return [{ code: 'url-credentials', path, got: quote(url), fix: 'take them out: they belong into the Secret' }];
  return parsed.search === '' && parsed.hash === '' ? [] : [{ code: 'invalid-url', path, got: quote(url), allowed: `${allowed}, without ? and #` }];
}
