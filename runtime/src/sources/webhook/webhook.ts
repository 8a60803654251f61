import { createHash } from 'node:crypto';
import { goText } from '../../json-path/go-text.ts';
import type { SkippedEvent, SourceEvent } from '../source-event.ts';
import type { PushedSource, TriggerConfig } from '../source.ts';
import { paths, patterns } from './compiled.ts';

/** What somebody posted. */
export interface WebhookDelivery {
  /** The last part of the path it was posted to: the source, or the name of the gateway. */
  readonly endpoint: string;
  /** What tells endpoints apart: the source, or namespace and name of the gateway. */
  readonly endpointId: string;
  readonly payload: unknown;
  /** Hexadecimal SHA-256 of the body as it came. */
  readonly digest: string;
}

type Config = TriggerConfig<'webhook'>;
type Filter = NonNullable<Config['filters']>[number];

/** A pattern looks at so much of a text: RE2 takes a time that grows with it, and meanwhile nothing else is done. */
const MOST_MATCHED = 262_144;
/** What is told of a value in a decision. */
const MOST_SEEN = 200;
/** From here on neighbours are one number in JSON as it is read, so that one cannot tell deliveries apart. */
const FIRST_INEXACT = 2 ** 53;

/** Templates may read these of every delivery, mapped or not. */
const ALWAYS = { id: 'ID', title: 'Title', body: 'Body', url: 'URL' } as const;

/**
 * Any JSON that is posted, with the variables that the trigger maps (reference §4.10).
 *
 * An expression that is none rules the delivery out, by its field: nobody else's spawners wait for it to be mended, and a sender cannot mend it.
 */
export const webhookSource: PushedSource<'webhook', WebhookDelivery> = {
  trigger: 'webhook',
  match: async (config, delivery) => judge(config, delivery),
};

function judge(config: Config, delivery: WebhookDelivery): SourceEvent | SkippedEvent {
  const seen = new Reading(delivery.payload);
  const id = deliveryId(seen.at('fieldMapping.id', config.fieldMapping.id ?? ''), delivery);
  const suffix = createHash('sha256').update(id).digest('hex').slice(0, 12);
  const about = { id, summary: `delivery ${suffix} of webhook ${delivery.endpoint}` };

  const mapped: Record<string, string> = {};
  for (const [variable, path] of Object.entries(config.fieldMapping)) {
    const value = seen.at(`fieldMapping.${variable}`, path);
    mapped[variable] = value === undefined ? '' : seen.text(`fieldMapping.${variable}`, value);
  }
  const filters = (config.filters ?? []).map((filter, index) => ({ field: `filters[${index}]`, fits: fits(seen, filter, `filters[${index}]`) }));
  const exclusions = (config.excludeFilters ?? []).map((filter, index) => ({ field: `excludeFilters[${index}]`, fits: fits(seen, filter, `excludeFilters[${index}]`) }));
  if (seen.fault) return { ...about, ...seen.fault };
  const against = filters.find((filter) => !filter.fits.matches) ?? exclusions.find((filter) => filter.fits.matches);
  if (against) return { ...about, filter: against.field, seen: against.fits.seen };

  const always = Object.fromEntries(Object.entries(ALWAYS).map(([field, variable]) => [variable, mapped[field] ?? '']));
  return {
    ...about,
    nameSuffix: `${delivery.endpoint}-${suffix}`,
    variables: { ...always, Kind: 'GenericWebhook', Payload: delivery.payload, ...mapped },
    labels: [],
    annotations: {},
    ...(mapped.body ? { origin: { text: mapped.body } } : {}),
  };
}

function deliveryId(value: unknown, { endpointId, digest }: WebhookDelivery): string {
  const text = value === undefined || value === null ? '' : goText(value);
  const isExact = typeof value !== 'number' || Math.abs(value) < FIRST_INEXACT;
  return `generic-${endpointId}-${[text, text === '' || !isExact ? digest : ''].filter((part) => part !== '').join('-')}`;
}

interface Fit {
  readonly matches: boolean;
  readonly seen: string;
}

function fits(reading: Reading, { field, value, pattern }: Filter, where: string): Fit {
  const found = reading.at(`${where}.field`, field);
  if (found === undefined) return { matches: false, seen: 'it is not there' };
  const text = reading.text(`${where}.field`, found);
  const seen = text.slice(0, MOST_SEEN);
  if (value !== undefined) return { matches: text === value, seen };
  return { matches: !pattern || reading.matches(`${where}.pattern`, pattern, text), seen };
}

/** Reads one payload, and keeps the first fault of an expression. */
class Reading {
  fault: { readonly filter: string; readonly seen: string } | undefined;
  readonly #payload: unknown;

  constructor(payload: unknown) {
    this.#payload = payload;
  }

  /** `undefined` for what is not there. */
  at(where: string, path: string): unknown {
    return this.#or(where, undefined, () => {
      const { values, isList } = paths.of(path).select(this.#payload);
      return isList ? (values.length === 0 ? undefined : values) : values[0];
    });
  }

  text(where: string, value: unknown): string {
    return this.#or(where, '', () => goText(value));
  }

  matches(where: string, pattern: string, text: string): boolean {
    return this.#or(where, false, () => patterns.of(pattern).matcher(text.slice(0, MOST_MATCHED)).find());
  }

  #or<T>(where: string, otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.fault ??= { filter: where, seen: `cannot be read: ${(error as Error).message}`.slice(0, MOST_SEEN) };
      return otherwise;
    }
  }
}
