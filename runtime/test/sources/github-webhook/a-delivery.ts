import { readFileSync, readdirSync } from 'node:fs';
import type { GitHubDelivery } from '../../../src/sources/github-webhook/delivery.ts';

const folder = new URL('../../payloads/', import.meta.url);

/** By the names of their files: `<event>`, `<event>.<action>` or with more behind them. */
export const payloadNames = readdirSync(folder).map((file) => file.replace(/\.json$/, '')).sort();

const texts = new Map<string, string>();

/** A new one each time, to be changed at will. */
export function aPayload(name: string): Record<string, unknown> {
  const text = texts.get(name) ?? readFileSync(new URL(`${name}.json`, folder), 'utf8');
  texts.set(name, text);
  return JSON.parse(text) as Record<string, unknown>;
}

export function eventOfPayload(name: string): string {
  return name.split('.')[0]!;
}

export function aDelivery(name: string, changes: Partial<GitHubDelivery> = {}): GitHubDelivery {
  return { id: 'delivery-1', event: eventOfPayload(name), payload: aPayload(name), ...changes };
}
