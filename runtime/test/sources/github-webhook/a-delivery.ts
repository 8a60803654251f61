import { readFileSync, readdirSync } from 'node:fs';
import type { GitHubDelivery } from '../../../src/sources/github-webhook/delivery.ts';

const folder = new URL('../../payloads/', import.meta.url);

/** By the names of their files: `<event>`, `<event>.<action>` or with more behind them. */
export const payloadNames = readdirSync(folder).map((file) => file.replace(/\.json$/, '')).sort();

export function aPayload(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Record<string, unknown>;
}

export function eventOfPayload(name: string): string {
  return name.split('.')[0]!;
}

export function aDelivery(name: string, changes: Partial<GitHubDelivery> = {}): GitHubDelivery {
  return { id: 'delivery-1', event: eventOfPayload(name), payload: aPayload(name), ...changes };
}
