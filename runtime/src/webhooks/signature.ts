import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WebhookSourceName } from './endpoint.ts';

/** Where a service puts its signature, and what is before the digits. What is not a service signs as GitHub does, which much software can. */
const SIGNED: Readonly<Record<WebhookSourceName, { readonly header: string; readonly prefix: string }>> = {
  github: { header: 'x-hub-signature-256', prefix: 'sha256=' },
  linear: { header: 'linear-signature', prefix: '' },
  generic: { header: 'x-hub-signature-256', prefix: 'sha256=' },
};

/** So many keys are tried at most: each costs a hash of the body. */
const MOST_KEYS = 5;
/** Nobody knows it. */
const NO_KEY = randomBytes(32).toString('hex');

/** The keys that a Secret's value holds: itself, and each of its lines, so that two are good while one replaces the other. A line feed at its end does no harm. */
export function keysIn(value: string): string[] {
  const lines = value.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))].slice(0, MOST_KEYS);
}

/**
 * Whether somebody who has one of the keys signed the body.
 *
 * **Guarantee** It takes as long for a wrong signature as for a right one, and as long without a key as with one.
 */
export function isSigned(source: WebhookSourceName, headers: Pick<Headers, 'get'>, body: Buffer, keys: readonly string[]): boolean {
  const { header, prefix } = SIGNED[source];
  const given = headers.get(header) ?? '';
  const [, digits = ''] = given.startsWith(prefix) ? (/^([0-9a-f]{64})$/.exec(given.slice(prefix.length)) ?? []) : [];
  const signature = Buffer.from(digits.padEnd(64, '0'), 'hex');
  let isRight = false;
  for (const key of keys.length === 0 ? [NO_KEY] : keys) {
    const isThis = timingSafeEqual(createHmac('sha256', key).update(body).digest(), signature);
    isRight ||= isThis && digits !== '';
  }
  return isRight && keys.length > 0;
}
