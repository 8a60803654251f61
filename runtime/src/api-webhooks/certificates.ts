import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '@taskwright/schema/kubernetes';
import type { ServerIdentity, Validity } from '../kube/self-signed-certificate.ts';

/** What the Secret of the webhooks holds. */
export interface Certificates {
  /** What replicas show. */
  readonly current?: ServerIdentity;
  /** What they will show once every definition trusts it. */
  readonly next?: ServerIdentity;
  /** What definitions are to trust: each of the two, and those before them that have not ended. PEM. */
  readonly trusted: readonly string[];
}

const DAY_MS = 24 * 60 * 60_000;
/** How long a certificate is good for, and how long before its end it is replaced. A cluster that was off for less than that finds one that works. */
const LIFE_MS = 90 * DAY_MS;
const RENEWED_BEFORE_MS = 30 * DAY_MS;
/** A certificate begins a little before it is made, for clocks that are behind. */
const BACKDATED_MS = 60 * 60_000;
/** API servers hear of a new bundle by their watches, and replicas of a new pair by theirs. */
const SETTLES_IN_MS = 60_000;
/** When to look again at most: a timer of months is none. */
const LOOKED_AT_EVERY_MS = DAY_MS;

export function validityFrom(now: Date): Validity {
  return { from: new Date(now.getTime() - BACKDATED_MS), until: new Date(now.getTime() + LIFE_MS) };
}

export interface RotationFacts {
  readonly stored: Certificates;
  /** The bundle of each definition that is converted by us, PEM. */
  readonly bundles: readonly string[];
  /** The names that the server is called by. */
  readonly hosts: readonly string[];
  readonly now: Date;
}

/** What to do: store this, or look again later. */
export type Rotation = { readonly store: Certificates } | { readonly lookAgainInMs: number };

/** Whether {@link planRotation} needs a fresh pair. Making one costs a moment, and chance. */
export function needsFresh({ stored, hosts, now }: RotationFacts): boolean {
  const current = usable(stored.current, hosts, now);
  return (current === undefined || leftMs(current, now) <= RENEWED_BEFORE_MS) && usable(stored.next, hosts, now) === undefined;
}

/**
 * Replaces a certificate without an instant in which who trusts it and who shows it disagree: the next one is trusted first, shown once every
 * definition trusts it, and the old one is trusted until it ends.
 */
export function planRotation({ stored, bundles, hosts, now }: RotationFacts, fresh?: ServerIdentity): Rotation {
  const current = usable(stored.current, hosts, now);
  const next = usable(stored.next, hosts, now) ?? fresh;
  const trusted = stored.trusted.filter((cert) => endsAtMs(cert) > now.getTime());
  const trusting = (...identities: ServerIdentity[]) => [...new Set([...trusted, ...identities.map(({ cert }) => cert.trim())])];

  // Nothing that works: whatever comes is shown at once.
  if (current === undefined) return next ? { store: { current: next, trusted: trusting(next) } } : { lookAgainInMs: 0 };
  const dueInMs = leftMs(current, now) - RENEWED_BEFORE_MS;
  if (dueInMs > 0) return { lookAgainInMs: Math.min(dueInMs, LOOKED_AT_EVERY_MS) };
  if (next === undefined) return { lookAgainInMs: 0 };
  if (next === fresh) return { store: { current, next, trusted: trusting(current, next) } };

  const settledInMs = startsAtMs(next.cert) + BACKDATED_MS + SETTLES_IN_MS - now.getTime();
  if (settledInMs > 0) return { lookAgainInMs: settledInMs };
  const isTrusted = bundles.every((bundle) => certificatesIn(bundle).includes(next.cert.trim()));
  return isTrusted ? { store: { current: next, trusted: trusting(current, next) } } : { lookAgainInMs: SETTLES_IN_MS };
}

/** Reads the Secret; what it lacks, or what cannot be read, is not there. */
export function certificatesOf(secret: Pick<Secret, 'data'> | undefined): Certificates {
  const text = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  const pair = (name: string) => (text(`${name}.key`) === '' ? undefined : { key: text(`${name}.key`), cert: text(`${name}.crt`) });
  return { current: pair('tls'), next: pair('next'), trusted: certificatesIn(text('ca.crt')).filter((cert) => parsed(cert) !== undefined) };
}

/** The data of the Secret, with the keys of `kubernetes.io/tls` and cert-manager; null takes away what a merge patch would leave. */
export function secretData({ current, next, trusted }: Certificates): Record<string, string | null> {
  const encoded = (text: string | undefined) => (text === undefined ? null : Buffer.from(text).toString('base64'));
  return {
    'tls.crt': encoded(current?.cert), 'tls.key': encoded(current?.key),
    'next.crt': encoded(next?.cert), 'next.key': encoded(next?.key),
    'ca.crt': encoded(bundleOf(trusted)),
  };
}

export function bundleOf(certificates: readonly string[]): string {
  return certificates.map((cert) => `${cert.trim()}\n`).join('');
}

function certificatesIn(bundle: string): string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** A pair that belongs together, is for these names and has not ended. */
function usable(identity: ServerIdentity | undefined, hosts: readonly string[], now: Date): ServerIdentity | undefined {
  const certificate = identity && parsed(identity.cert);
  if (certificate === undefined || leftMs(identity!, now) <= 0) return undefined;
  return hosts.every((host) => certificate.checkHost(host)) && belongsTo(certificate, identity!.key) ? identity : undefined;
}

function belongsTo(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function parsed(cert: string): X509Certificate | undefined {
  try {
    return new X509Certificate(cert);
  } catch {
    return undefined;
  }
}

function leftMs({ cert }: ServerIdentity, now: Date): number {
  return endsAtMs(cert) - now.getTime();
}

function endsAtMs(cert: string): number {
  return parsed(cert)?.validToDate.getTime() ?? 0;
}

function startsAtMs(cert: string): number {
  return parsed(cert)?.validFromDate.getTime() ?? 0;
}
