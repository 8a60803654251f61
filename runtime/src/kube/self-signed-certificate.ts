import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A server's key and its certificate, which is its own authority; both PEM. */
export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** RFC 5280's way to say that a certificate does not end; it begins before any clock that is merely wrong. */
const FOR_EVER: Validity = { from: new Date('2020-01-01T00:00:00Z'), until: new Date('9999-12-31T23:59:59Z') };

/**
 * Makes a new key and a certificate for these IPv4 addresses and names (RFC 5280). Left out, `validity` has no end. Node has no call for it, not every
 * machine has openssl, and a library for all of X.509 takes 100 ms to load.
 */
export function selfSignedCertificate(commonName: string, hosts: readonly string[], { from, until }: Validity = FOR_EVER): ServerIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signedWith = sequence(oid(ECDSA_WITH_SHA256));
  const name = sequence(element(SET, sequence(oid(COMMON_NAME), element(UTF8_STRING, Buffer.from(commonName)))));
  const alternativeNames = sequence(...hosts.map((host) => (isIPv4(host) ? element(IP_ADDRESS, Buffer.from(host.split('.').map(Number))) : element(DNS_NAME, Buffer.from(host)))));
  const content = sequence(
    element(VERSION, element(INTEGER, Buffer.from([2]))), // counted from 0: version 3
    element(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // its first byte keeps it positive and as short as can be
    signedWith,
    name,
    sequence(...[from, until].map(timeElement)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(EXTENSIONS, sequence(sequence(oid(SUBJECT_ALTERNATIVE_NAME), element(OCTET_STRING, alternativeNames)))),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', content, privateKey)]); // no unused bits
  const der = sequence(content, signedWith, element(BIT_STRING, signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tags of DER (X.690), and those that X.509 gives to its parts. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Object identifiers, as DER writes them. */
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'; // 1.2.840.10045.4.3.2
const COMMON_NAME = '550403'; // 2.5.4.3
const SUBJECT_ALTERNATIVE_NAME = '551d11'; // 2.5.29.17

/** Whole seconds, and two digits of the year until 2049: RFC 5280, section 4.1.2.5. */
function timeElement(time: Date): Buffer {
  const text = `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return time.getUTCFullYear() < 2050 ? element(UTC_TIME, Buffer.from(text.slice(2))) : element(GENERALIZED_TIME, Buffer.from(text));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(SEQUENCE, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return element(OBJECT_IDENTIFIER, Buffer.from(hex, 'hex'));
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
