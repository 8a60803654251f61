import { createHash } from 'node:crypto';
import type { Clock } from '../kube/clock.ts';

/** JSON with its ETag, which is not sent again to who has it. */
export function jsonAnswer(request: Request, status: number, body: unknown, clock: Clock, headers: Readonly<Record<string, string>> = {}): Response {
  const text = JSON.stringify(body);
  const etag = `W/"${createHash('md5').update(text).digest('hex')}"`;
  const all = { 'content-type': 'application/json', 'date': clock.now().toUTCString(), ...headers };
  if (status !== 200) return new Response(text, { status, headers: all });
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { ...all, etag } });
  return new Response(text, { status, headers: { ...all, etag } });
}

/** The part of a list that a request asks for by `page`, and the header that names the next. */
export function pageOf<Item>(all: readonly Item[], url: URL, { size, root = url.origin }: { readonly size: number; readonly root?: string }): { items: Item[]; page: number; pages: number; link: Record<string, string> } {
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const pages = Math.max(1, Math.ceil(all.length / size));
  const next = new URL(`${root}${url.pathname}${url.search}`);
  next.searchParams.set('page', String(page + 1));
  return { items: all.slice((page - 1) * size, page * size), page, pages, link: page < pages ? { link: `<${next.href}>; rel="next"` } : {} };
}
