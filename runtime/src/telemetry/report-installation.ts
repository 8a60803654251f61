import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import { within } from '../kube/within.ts';
import { collect } from './collect.ts';
import { installationId } from './installation-id.ts';
import { type Receiver, sendReport } from './send-report.ts';

export interface ReportOptions {
  readonly client: KubeClient;
  /** The namespace of the operator. */
  readonly home: string;
  /** Left out: all of the cluster. */
  readonly namespaces?: readonly string[];
  readonly version: string;
  readonly environment: string;
  readonly receiver: Receiver;
  readonly newId: () => string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Two minutes, as in the reference, within the five that its Job has. */
const COLLECT_MS = 120_000;

/**
 * Reports once. What is sent is in no log.
 *
 * **Errors** Throws where it could not be collected. Where it was not taken, a line of the log says so, and that is all: nobody's work depends on it.
 */
export async function reportInstallation({ client, home, namespaces, version, environment, receiver, newId, fetch, clock, log }: ReportOptions): Promise<void> {
  const tooLate = () => new Error(`telemetry: the cluster was not read within ${COLLECT_MS / 1_000} s`);
  const { properties, distinctId } = await within({ clock, ms: COLLECT_MS, tooLate }, async (signal) => ({
    properties: await collect(client, { namespaces, version, environment, signal }),
    distinctId: await installationId(client, { namespace: home, newId, signal }),
  }));
  await sendReport(receiver, { distinctId, properties, fetch, clock }).then(
    () => log.info({ installation: distinctId, endpoint: receiver.endpoint }, 'telemetry report sent'),
    (error: Error) => log.error({ installation: distinctId, reason: error.message }, 'telemetry report not sent'),
  );
}
