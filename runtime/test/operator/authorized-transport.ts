import { Readable } from 'node:stream';
import { type Access, accessOf } from '../../src/kube/access.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Rules {
  readonly everywhere: readonly PolicyRule[];
  readonly atHome: readonly PolicyRule[];
}

export const HOME = 'taskwright-system';
export const USER = `system:serviceaccount:${HOME}:taskwright-operator`;

/**
 * The authorizer that the embedded server lacks: lets through what the rules allow, answers the rest as a cluster with RBAC does, and
 * remembers both. Rules may be exchanged, as an administrator does.
 */
export class AuthorizedTransport implements Transport {
  readonly used = new Set<string>();
  readonly refused = new Set<string>();
  rules: Rules;
  readonly #transport: Transport;

  constructor(transport: Transport, rules: Rules) {
    this.#transport = transport;
    this.rules = rules;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    return this.#review(request) ?? this.#refusal(request) ?? (await this.#transport.request(request));
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const refusal = this.#refusal(request);
    return refusal ? { ...refusal, body: Readable.from([refusal.body]) } : await this.#transport.stream(request);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What everybody may ask: who am I, and may I. */
  #review({ path, body }: KubeRequest): KubeResponse | undefined {
    const [, name] = /\/(selfsubject\w+)/.exec(path) ?? [];
    if (name === 'selfsubjectreviews') return json(201, { status: { userInfo: { username: USER } } });
    if (name !== 'selfsubjectaccessreviews') return undefined;
    const { spec } = JSON.parse(String(body)) as { spec: { resourceAttributes: Access } };
    return json(201, { status: { allowed: this.#allows(spec.resourceAttributes) } });
  }

  #refusal(request: KubeRequest): KubeResponse | undefined {
    const access = accessOf(request);
    if (access === undefined) return undefined;
    const isAllowed = this.#allows(access);
    (isAllowed ? this.used : this.refused).add(`${access.verb} ${nameOf(access)}`);
    if (isAllowed) return undefined;
    const { verb, group, resource, subresource, namespace } = access;
    const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const message = `${resource}.${group} is forbidden: User "${USER}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`;
    return json(403, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'Forbidden', details: { group, kind: resource }, code: 403 });
  }

  #allows({ verb, group, resource, subresource, namespace, name }: Access): boolean {
    const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
    const rules = namespace === HOME ? [...this.rules.everywhere, ...this.rules.atHome] : this.rules.everywhere;
    return rules.some((rule) => rule.apiGroups.includes(group) && rule.resources.includes(whole) && rule.verbs.includes(verb)
      && (rule.resourceNames === undefined || rule.resourceNames.includes(name ?? '')));
  }
}

function nameOf({ group, resource, subresource }: Access): string {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return group === '' ? whole : `${whole}.${group}`;
}

function json(status: number, body: object): KubeResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
