import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** Files of Git LFS, by the SHA-256 of what they hold. */
export type LfsObjects = ReadonlyMap<string, Buffer>;

interface Batch {
  readonly objects: readonly { readonly oid: string; readonly size: number }[];
}

/** Answers what the LFS of a repository is asked for: the batch API with the basic transfer, downloads alone. Says whether the path is one of LFS. */
export function answerLfs(request: IncomingMessage, response: ServerResponse, path: string, objects: LfsObjects, url: string): boolean {
  if (path.endsWith('/info/lfs/objects/batch')) {
    void json(request).then((batch) => {
      const header = request.headers.authorization ? { header: { Authorization: request.headers.authorization } } : {};
      const answers = (batch as Batch).objects.map(({ oid, size }) => ({ oid, size, authenticated: true, actions: { download: { href: `${url}/lfs/${oid}`, ...header } } }));
      response.writeHead(200, { 'Content-Type': 'application/vnd.git-lfs+json' }).end(JSON.stringify({ transfer: 'basic', objects: answers }));
    });
    return true;
  }
  const content = path.startsWith('/lfs/') ? objects.get(path.slice('/lfs/'.length)) : undefined;
  if (content) response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(content);
  return content !== undefined;
}
