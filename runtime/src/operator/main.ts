#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { WEBHOOK_SERVICE } from '@taskwright/schema';
import { destination, pino } from 'pino';
import { loadConfig } from '../kube/config.ts';
import { startHealthServer } from '../kube/health.ts';
import { HttpTransport } from '../kube/http-transport.ts';
import { KubeMetrics } from '../kube/metrics.ts';
import { slackSettings } from '../slack/slack-settings.ts';
import { parseFlags } from './flags.ts';
import { startOperator } from './operator.ts';

/**
 * The operator as a process. It ends with 0 when it is asked to (SIGTERM), with 1 when it lost its lease or finds no cluster to speak to,
 * at once when it is asked a second time, and with 2 for a command line it cannot read. What a cluster lacks never ends it.
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

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`taskwright-operator: ${message}\n`);
  process.exitCode = name === 'TypeError' || name === 'RangeError' ? 2 : 1;
}
