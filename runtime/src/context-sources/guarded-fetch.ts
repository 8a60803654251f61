import { lookup as lookUp } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Agent, fetch as undiciFetch, RequestInit as UndiciRequestInit } from 'undici';
import { isMetadataAddress } from './metadata-address.ts';
import { RefusedTarget } from './outbound-guard.ts';

/** The addresses of a name, as the machine finds it: with its search domains and its file of hosts. */
export type AddressesOf = (name: string) => Promise<readonly string[]>;

const CONNECT_MS = 10_000;

/**
 * `fetch` for services whose address the author of an object chooses, such as the `baseUrl` of Jira. They may be of an intranet or of this machine, but never the metadata of
 * a cloud: those who may write a TaskSpawner may not borrow the operator's place in the network to read the credentials of its machine.
 *
 * **Guarantee** A connection goes to an address that was looked at: a name is resolved once for each connection, all its addresses have to be allowed, and the socket is given
 * those. Redirects make connections as well.
 *
 * **Assumes** It is called with a URL, and not with a Request.
 *
 * **Errors** As `fetch`; the cause is a {@link RefusedTarget} where the guard refused.
 */
export class GuardedFetch {
  readonly #addressesOf: AddressesOf;
  #opened: Promise<{ readonly agent: Agent; readonly fetch: typeof undiciFetch }> | undefined;

  constructor(addressesOf: AddressesOf = async (name) => (await lookUp(name, { all: true })).map(({ address }) => address)) {
    this.#addressesOf = addressesOf;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { agent, fetch } = await (this.#opened ??= this.#open());
    return (await fetch(input as string | URL, { ...(init as UndiciRequestInit), dispatcher: agent })) as unknown as Response;
  };

  async close(): Promise<void> {
    await (await this.#opened)?.agent.destroy();
  }

  /** Undici is loaded by the first request. */
  async #open(): Promise<{ readonly agent: Agent; readonly fetch: typeof undiciFetch }> {
    const { Agent, buildConnector, fetch } = await import('undici');
    const lookup: LookupFunction = (host, options, callback) => {
      this.#judged(host).then((found) => {
        if (options.all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      }, (error: Error) => callback(error, []));
    };
    const connect = buildConnector({ timeout: CONNECT_MS, allowH2: false, lookup });
    const agent = new Agent({
      allowH2: false,
      // An address is not looked up.
      connect: (options, callback) => {
        const host = options.hostname.replace(/^\[|\]$/g, '');
        if (isMetadataAddress(host)) callback(refusalOf(host, host), null);
        else connect(options, callback);
      },
    });
    return { agent, fetch };
  }

  async #judged(host: string): Promise<{ address: string; family: number }[]> {
    const addresses = await this.#addressesOf(host);
    if (addresses.length === 0) throw new RefusedTarget(`${host} has no address`);
    for (const address of addresses) if (isMetadataAddress(address)) throw refusalOf(host, address);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }
}

function refusalOf(host: string, address: string): RefusedTarget {
  return new RefusedTarget(`${host === address ? `${host} is` : `${host} has the address ${address},`} link-local or the metadata of a cloud, which is never fetched; correct the URL`);
}
