import type { KubeRequest } from './transport.ts';

/** What a request asks for, in the words of RBAC. */
export interface Access {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Left out: all namespaces, or a resource that is in none. */
  readonly namespace?: string;
  readonly name?: string;
}

const VERBS = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** What an authorizer sees in a request; `undefined` when it is about no resource, as discovery. */
export function accessOf({ method, path }: Pick<KubeRequest, 'method' | 'path'>): Access | undefined {
  const { pathname, searchParams } = new URL(path, 'http://cluster');
  const [, root, ...rest] = pathname.split('/').map(decodeURIComponent);
  const [group, , ...within] = root === 'api' ? ['', ...rest] : root === 'apis' ? rest : [];
  const [namespace, resource, pathName, subresource] = within[0] === 'namespaces' && within.length > 2 ? within.slice(1) : [undefined, ...within];
  if (group === undefined || resource === undefined) return undefined;
  // A collection of one object is granted as that object.
  const name = pathName ?? /(?:^|,)metadata\.name=([^,]+)/.exec(searchParams.get('fieldSelector') ?? '')?.[1];
  const read = pathName !== undefined ? 'get' : searchParams.has('watch') ? 'watch' : 'list';
  return {
    verb: method === 'GET' ? read : VERBS[method],
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** `tasks.kelos.dev/status`, as kubectl writes it. */
export function resourceOf({ group, resource, subresource }: Pick<Access, 'group' | 'resource' | 'subresource'>): string {
  return `${group === '' ? resource : `${resource}.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** Where: as RBAC grants it, not the single object. */
export function scopeOf({ namespace }: Pick<Access, 'namespace'>): string {
  return namespace === undefined ? 'in all namespaces' : `in namespace "${namespace}"`;
}

/** The rule that grants it, as it stands in a Role. */
export function ruleFor({ verb, group, resource, subresource }: Access): { apiGroups: string[]; resources: string[]; verbs: string[] } {
  return { apiGroups: [group], resources: [subresource === undefined ? resource : `${resource}/${subresource}`], verbs: [verb] };
}

/**
 * What to type to grant it to `user`, the name by which the API server knows us. The role gets a name of its own, so that nothing that is
 * there already is changed.
 */
export function grantCommand(access: Access, user: string): string {
  const { verb, resource, subresource, namespace } = access;
  const role = ['grant', verb, resource, subresource].filter(Boolean).join('-');
  const [, accountNamespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? [];
  const subject = account === undefined ? `--user=${user}` : `--serviceaccount=${accountNamespace}:${account}`;
  const [kind, flag] = namespace === undefined ? ['clusterrole', ''] : ['role', ` -n ${namespace}`];
  return `kubectl create ${kind} ${role}${flag} --verb=${verb} --resource=${resourceOf(access)} && kubectl create ${kind}binding ${role}${flag} --${kind}=${role} ${subject}`;
}
