import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AllowedTargets } from './allowed-targets.ts';
import { isPublicAddress } from './public-address.ts';

/** What is not fetched, and why: no word of it is from the answer of a service. */
export class RefusedTarget extends Error {
  override readonly name = 'RefusedTarget';
}

/** The addresses of a name. With `isAllowed`, as the machine finds it: with its search domains and its file of hosts. */
export type ResolveName = (name: string, isAllowed: boolean) => Promise<readonly string[]>;

/** Names that only machines, clusters and clouds give to their own. */
const INNER_NAMES = /(^|\.)(localhost|local|internal|svc|cluster\.local|home\.arpa)$/;
const DNS_TIMEOUT_MS = 2_000;
const FIX = 'ask who runs the operator to allow it with --context-source-allow';

/**
 * What requests that others ask for may reach: the internet, and what the operator's command line adds.
 *
 * **Guarantee** A connection goes to an address that was looked at, and to no other: a name is resolved once for each connection, all its addresses have
 * to be allowed, and the socket is given those. A name is absolute, so no search domain of the cluster completes it.
 *
 * **Errors** {@link RefusedTarget}; what the resolver throws.
 */
export class OutboundGuard {
  readonly #allowed: AllowedTargets;
  readonly #resolve: ResolveName;

  constructor(allowed: AllowedTargets, resolve: ResolveName = resolveName) {
    this.#allowed = allowed;
    this.#resolve = resolve;
  }

  /** What can be told of a URL before anything is resolved. */
  checkUrl(url: URL, allowInsecure: boolean): void {
    const { protocol, username, password, port } = url;
    if (protocol !== 'https:' && protocol !== 'http:') throw new RefusedTarget(`unsupported URL scheme "${protocol.slice(0, -1)}" (only http/https are allowed)`);
    if (protocol === 'http:' && !allowInsecure) throw new RefusedTarget(`HTTP URLs are not allowed without allowInsecure: ${shownUrl(url)}`);
    if (username !== '' || password !== '') throw new RefusedTarget(`${shownUrl(url)} has a user name in it; give credentials in a header of headersFrom`);
    const host = hostOf(url);
    if (this.#allowed.hasHost(host)) return;
    if (port !== '' && Number(port) < 1024) throw new RefusedTarget(`${shownUrl(url)} is at a port of another protocol than HTTP; ${FIX}`);
    if (isIP(host) > 0) this.#checkAddress(host, host);
    else if (!host.includes('.') || INNER_NAMES.test(host)) throw new RefusedTarget(`${host} is a name of the cluster or the machine, and not of the internet; ${FIX}`);
  }

  /** Where a connection to this host may go. */
  async addressesOf(host: string): Promise<readonly string[]> {
    const name = host.toLowerCase().replace(/\.$/, '');
    const addresses = await this.#resolve(name, this.#allowed.hasHost(name));
    if (addresses.length === 0) throw new RefusedTarget(`${name} has no address`);
    for (const address of addresses) this.#checkAddress(name, address);
    return addresses;
  }

  #checkAddress(host: string, address: string): void {
    if (isPublicAddress(address) || this.#allowed.hasAddress(address, this.#allowed.hasHost(host))) return;
    const what = host === address ? `${host} is` : `${host} has the address ${address},`;
    throw new RefusedTarget(`${what} not of the internet; ${FIX}`);
  }
}

/** For messages: what a template put behind the path may be a secret. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname.length > 200 ? `${pathname.slice(0, 200)}…` : pathname}`;
}

function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.toLowerCase().replace(/\.$/, '');
}

/** Asked of the name servers directly: `lookup` takes one of four threads that the whole process shares for as long as they are silent. */
async function resolveName(name: string, isAllowed: boolean): Promise<readonly string[]> {
  if (isAllowed) return (await lookup(name, { all: true })).map(({ address }) => address);
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (addresses.length === 0 && failure) throw failure.reason;
  return addresses;
}
