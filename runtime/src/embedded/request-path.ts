import { badRequest } from './status-error.ts';

/** What a URL path of the API names. */
export type RequestPath =
  | { readonly of: 'resource'; readonly group: string; readonly version: string; readonly namespace?: string; readonly plural: string; readonly name?: string; readonly subresource?: string }
  | { readonly of: 'version'; readonly group: string; readonly version: string }
  | { readonly of: 'group'; readonly group: string }
  | { readonly of: 'groups' }
  | { readonly of: 'core-versions' }
  | { readonly of: 'other'; readonly path: string };

/** Subresources of a namespace; anything else below it is a resource inside it. */
const OF_NAMESPACES = ['status', 'finalize'];

/** `/api/v1/namespaces/{ns}/{plural}/{name}/{subresource}`, `/apis/{group}/{version}/…`, and what is above them. */
export function parsePath(path: string): RequestPath {
  const parts = path.split('/').filter((part) => part !== '').map(decodePart);
  const [root, ...rest] = parts;
  if (root === 'api') {
    const [version, ...below] = rest;
    if (version === undefined) return { of: 'core-versions' };
    return below.length === 0 ? { of: 'version', group: '', version } : parseResource('', version, below);
  }
  if (root === 'apis') {
    const [group, version, ...below] = rest;
    if (group === undefined) return { of: 'groups' };
    if (version === undefined) return { of: 'group', group };
    return below.length === 0 ? { of: 'version', group, version } : parseResource(group, version, below);
  }
  return { of: 'other', path };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape ${JSON.stringify(part)}`);
  }
}

function parseResource(group: string, version: string, parts: string[]): RequestPath {
  const [first, second, third] = parts;
  const isInNamespace = first === 'namespaces' && second !== undefined && third !== undefined && !OF_NAMESPACES.includes(third);
  const [plural, name, ...subresource] = isInNamespace ? parts.slice(2) : parts;
  return {
    of: 'resource', group, version, plural: plural!,
    ...(isInNamespace ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource.length === 0 ? {} : { subresource: subresource.join('/') }),
  };
}
