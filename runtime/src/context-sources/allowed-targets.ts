import { BlockList, isIP, isIPv4 } from 'node:net';
import { isMetadataAddress } from './metadata-address.ts';

/**
 * What may be fetched although it is not of the internet, as the operator's `--context-source-allow` says: blocks of addresses, and names.
 *
 * A name is trusted with the addresses that it has, but for those where clouds keep their credentials: these take a block.
 */
export class AllowedTargets {
  readonly #addresses = new BlockList();
  readonly #hosts: readonly string[];

  /** Throws RangeError for what is neither. */
  constructor(entries: readonly string[] = []) {
    const hosts: string[] = [];
    for (const entry of entries) {
      const [address = '', bits, ...rest] = entry.split('/');
      const family = isIP(address) === 0 ? undefined : isIPv4(address) ? 'ipv4' : 'ipv6';
      const width = family === 'ipv4' ? 32 : 128;
      if (family && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))) this.#addresses.addSubnet(address, Number(bits ?? width), family);
      else if (HOST.test(entry)) hosts.push(entry.toLowerCase());
      else throw new RangeError(`got "${entry}"; allowed is a block of addresses, such as 10.20.0.0/16, or a name, such as teams.example.com or *.example.com`);
    }
    this.#hosts = hosts;
  }

  hasHost(host: string): boolean {
    return this.#hosts.some((allowed) => (allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed));
  }

  /** `isTrusted` when the address is that of a name which is allowed. */
  hasAddress(address: string, isTrusted: boolean): boolean {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    return this.#addresses.check(address, family) || (isTrusted && !isMetadataAddress(address));
  }
}

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;
