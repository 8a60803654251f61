import type { Clock } from '../kube/clock.ts';
import type { Properties } from './report.ts';

/** Where reports go. */
export interface Receiver {
  /** The root of a service that takes events as PostHog's capture API does, without a slash at its end. */
  readonly endpoint: string;
  /** That of the project there. Left out: none is sent. */
  readonly apiKey?: string;
}

export interface SendOptions {
  readonly distinctId: string;
  readonly properties: Properties;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

const EVENT = 'telemetry_report';
const TIMEOUT_MS = 30_000;

/**
 * Posts one event. What is answered is not read, but for its status; where the endpoint leads elsewhere, nothing is sent there.
 *
 * **Errors** name the host and the status, and never the key.
 */
export async function sendReport({ endpoint, apiKey }: Receiver, { distinctId, properties, fetch, clock }: SendOptions): Promise<void> {
  const url = new URL(`${endpoint}/capture/`);
  const timeout = new AbortController();
  const timer = clock.after(TIMEOUT_MS, () => timeout.abort(new Error(`${url.host} did not answer within ${TIMEOUT_MS / 1_000} s`)));
  const body = { ...(apiKey === undefined ? {} : { api_key: apiKey }), event: EVENT, distinct_id: distinctId, properties, timestamp: clock.now().toISOString() };
  try {
    const { status, body: answer } = await fetch(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'taskwright-operator' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: timeout.signal,
    });
    await answer?.cancel();
    if (status < 200 || status >= 300) throw new Error(`${url.host} answered with status ${status}; allowed is 2xx`);
  } catch (error) {
    if (timeout.signal.aborted) throw timeout.signal.reason;
    if (error instanceof TypeError) throw new Error(`${url.host} cannot be reached${codeOf(error)}`, { cause: error });
    throw error;
  } finally {
    timer.cancel();
  }
}

function codeOf({ cause }: TypeError): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `, ${code}` : '';
}
