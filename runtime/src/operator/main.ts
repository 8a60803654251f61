#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { WEBHOOK_SERVICE } from '@taskwright/schema';
import { destination, pino } from 'pino';
import { KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { loadConfig } from '../kube/config.ts';
import { startHealthServer } from '../kube/health.ts';
import { HttpTransport } from '../kube/http-transport.ts';
import { KubeMetrics } from '../kube/metrics.ts';
import { slackSettings } from '../slack/slack-settings.ts';
import { reportInstallation } from '../telemetry/report-installation.ts';
import { parseFlags, type TelemetryFlags } from './flags.ts';
import { startOperator } from './operator.ts';

/**
 * The operator as a process. It ends with 0 when it is asked to (SIGTERM), with 1 when it lost its lease or finds no cluster to speak to,
 * at once when it is asked a second time, and with 2 for a command line it cannot read. What a cluster lacks never ends it.
 *
 * With `--telemetry-report` it reports instead: 0 also where the report was not taken, 1 where it could not be collected.
 */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const flags = parseFlags(args);
  const slack = slackSettings(env, flags.slack, (path) => readFileSync(path, 'utf8'));
  // Lines are written in batches: a log that is slow to be read must not slow the controllers.
  const output = destination({ sync: false, minLength: 4096, periodicFlush: 1_000 });
  const log = pino({ name: 'taskwright-operator', level: flags.verbosity > 0 ? 'debug' : 'info' }, output);
  const config = await loadConfig({ env, home: homedir(), kubeconfig: flags.kubeconfig });
  const home = env.POD_NAMESPACE ?? config.namespace;
  const transport = new HttpTransport(config);
  if (flags.telemetry) {
    try {
      await report(flags.telemetry, { transport, home, namespaces: flags.namespaces, log });
      return 0;
    } finally {
      await transport.close();
      await new Promise<void>((resolve) => log.flush(() => resolve()));
    }
  }
  const metrics = new KubeMetrics();
  const operator = startOperator({
    transport,
    images: flags.images,
    ...(flags.contextTargets ? { contextTargets: flags.contextTargets } : {}),
    ...(flags.network ? { network: flags.network } : {}),
    ...(slack ? { slack } : {}),
    log,
    metrics,
    reviewsCluster: true,
    pause: { deploymentIn: home },
    identity: `${env.POD_NAME ?? hostname()}_${randomUUID()}`,
    ...(flags.webhookAddress ? { webhooks: { address: flags.webhookAddress, service: { name: WEBHOOK_SERVICE, namespace: home }, converts: flags.converts, configuration: flags.validatingWebhook, certificate: flags.certificate } } : {}),
    ...(flags.deliveries ? { deliveries: flags.deliveries } : {}),
    ...(flags.leaderElect ? { leaderElection: { namespace: home } } : {}),
    ...(flags.namespaces ? { namespaces: flags.namespaces } : {}),
  });

  const asked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  const ready = { operator: () => (stopping ? 'the process is stopping' : operator.problem) };
  let stopping = false;
  const servers = await Promise.all([
    ...(flags.healthAddress ? [startHealthServer({ ...flags.healthAddress, ready })] : []),
    ...(flags.metricsAddress ? [startHealthServer({ ...flags.metricsAddress, ready, metrics: () => metrics.text() })] : []),
  ]);
  log.info({ server: config.server, namespaces: flags.namespaces, leaderElection: flags.leaderElect, probes: servers.map(({ url }) => url) }, 'operator started');

  const end = await Promise.race([asked, operator.failed]);
  stopping = true;
  if (end instanceof Error) log.fatal({ err: end }, 'operator failed');
  else log.info({ signal: end }, 'operator stops');
  // The handler is used up: a second signal ends the process as signals do.
  await operator.stop();
  await transport.close();
  await Promise.all(servers.map((server) => server.close()));
  await new Promise<void>((resolve) => log.flush(() => resolve()));
  return end instanceof Error ? 1 : 0;
}

async function report({ endpoint, keyFile, ...said }: TelemetryFlags, { transport, ...where }: Pick<Parameters<typeof reportInstallation>[0], 'home' | 'namespaces' | 'log'> & { transport: HttpTransport }): Promise<void> {
  const apiKey = keyFile === undefined ? '' : readFileSync(keyFile, 'utf8').trim();
  const client = new KubeClient(transport, { userAgent: `taskwright-telemetry/${said.version}` });
  await reportInstallation({ client, ...where, ...said, receiver: { endpoint, ...(apiKey === '' ? {} : { apiKey }) }, newId: randomUUID, fetch, clock: systemClock });
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`taskwright-operator: ${message}\n`);
  process.exitCode = name === 'TypeError' || name === 'RangeError' ? 2 : 1;
}
