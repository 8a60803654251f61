import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse } from 'node:querystring';
import { type SlackPayload, readCallback } from './payload.ts';

/** A request to the address that an app of Slack has for events or slash commands. */
export interface SlackRequest {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
}

/** What to do about it: answer at once, or hand on what it carries. */
export type SlackReading = { readonly status: number; readonly text: string } | { readonly payload: SlackPayload };

/** An older request may be one that somebody kept. */
const MOST_AGE_SECONDS = 5 * 60;

/**
 * Reads a request of Slack. Only what is signed with the secret of the app, within the last five minutes, says anything.
 *
 * Requests that are sent again (`X-Slack-Retry-Num`) need nothing of their own: they carry the ID of their event.
 */
export function readSlackRequest({ headers, rawBody }: SlackRequest, signingSecret: string, now: Date): SlackReading {
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return { status: 401, text: 'X-Slack-Request-Timestamp: is missing' };
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > MOST_AGE_SECONDS) return { status: 401, text: 'X-Slack-Request-Timestamp: is more than five minutes off' };
  if (!isSigned(headers['x-slack-signature'] ?? '', timestamp, rawBody, signingSecret)) return { status: 401, text: 'X-Slack-Signature: is not that of this request' };

  const text = Buffer.from(rawBody).toString();
  if ((headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const form = parse(text);
    return form['command'] === undefined ? { status: 200, text: '' } : { payload: { kind: 'command', body: { ...form } } };
  }
  const body = jsonIn(text);
  if (body === undefined) return { status: 400, text: 'the body: is not a JSON object' };
  if (body['type'] === 'url_verification') return { status: 200, text: typeof body['challenge'] === 'string' ? body['challenge'] : '' };
  const payload = readCallback(body);
  // What we do not know of would come again and again.
  return payload ? { payload } : { status: 200, text: '' };
}

function isSigned(signature: string, timestamp: string, rawBody: Uint8Array, secret: string): boolean {
  if (secret === '') return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function jsonIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
