import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { openStoppedEngine } from '@taskwright/runtime/embedded';
import { ApiError, type ClusterConfig, HttpTransport, KubeClient, loadConfig, systemClock } from '@taskwright/runtime/kube';
import { convert } from '@taskwright/schema';
import { CommandError, type Io } from './io.ts';
import { readEngineConfig } from './kubeconfig.ts';
import { containersHome, latestRunFolder, type RunFolder } from './run-folder.ts';

export interface ConnectionOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly data: string;
}

export interface Connection {
  readonly client: KubeClient;
  /** The one asked for, else that of the kubeconfig. */
  readonly namespace: string;
  /** Whether somebody acts on what is written: not on the state that an engine left behind. */
  readonly isRunning: boolean;
  /** How to call it in a message. */
  readonly where: string;
  readonly close: () => Promise<void>;
}

const USER_AGENT = 'taskwright-cli';

/** An engine of this machine that takes longer is not there any more. */
const ANSWERS_WITHIN_MS = 1_000;

/**
 * Does something with the cluster that the user means: that of `--kubeconfig`; else the engine of `taskwright dev`, running or, from
 * the state it left behind, stopped; else the cluster that kubectl would talk to.
 *
 * @throws CommandError when the cluster cannot be reached or refuses.
 */
export async function withConnection<T>(options: ConnectionOptions, io: Io, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(options, io);
  try {
    return await use(connection);
  } catch (cause) {
    if (cause instanceof CommandError || io.signal.aborted) throw cause;
    if (cause instanceof ApiError) throw new CommandError(`${connection.where}: ${cause.message}`, { cause });
    if (cause instanceof Error && isUnreachable(cause)) throw new CommandError(`${cause.message}; start it, or run without a cluster: taskwright dev`, { cause });
    throw cause;
  } finally {
    await connection.close();
  }
}

/** The transport says what it got instead of an answer, and keeps the error of the system, which has a code. */
function isUnreachable({ cause }: Error): boolean {
  return cause instanceof Error && 'code' in cause;
}

async function connect(options: ConnectionOptions, io: Io): Promise<Connection> {
  if (options.kubeconfig === undefined) {
    const run = await latestRunFolder(resolve(io.cwd, options.data), containersHome(io.env));
    if (run) return (await runningEngine(run, options)) ?? stoppedEngine(run, options);
  }
  return toCluster(await clusterConfig(options, io), options);
}

async function clusterConfig({ kubeconfig }: ConnectionOptions, { env, cwd }: Io): Promise<ClusterConfig> {
  try {
    return await loadConfig({ env, home: env['HOME'] ?? homedir(), ...(kubeconfig !== undefined && { kubeconfig: resolve(cwd, kubeconfig) }) });
  } catch (cause) {
    throw new CommandError(`${cause instanceof Error ? cause.message : String(cause)}; without a cluster, start with: taskwright dev`, { cause });
  }
}

function toCluster(config: ClusterConfig, { namespace }: ConnectionOptions): Connection {
  const transport = new HttpTransport(config, { connections: 4 });
  return { client: new KubeClient(transport, { userAgent: USER_AGENT }), namespace: namespace ?? config.namespace, where: config.server, isRunning: true, close: () => transport.close() };
}

async function runningEngine(run: RunFolder, options: ConnectionOptions): Promise<Connection | undefined> {
  const config = await readEngineConfig(run.kubeconfig);
  if (config === undefined) return undefined;
  const connection = toCluster(config, options);
  const tooLong = new AbortController();
  const timer = systemClock.after(ANSWERS_WITHIN_MS, () => tooLong.abort());
  try {
    await connection.client.send({ method: 'GET', path: '/readyz', signal: tooLong.signal });
    return connection;
  } catch {
    await connection.close();
    return undefined;
  } finally {
    timer.cancel();
  }
}

function stoppedEngine({ stateFile, dataDir }: RunFolder, { namespace = 'default' }: ConnectionOptions): Connection {
  return { namespace, where: 'the engine of the last taskwright dev', isRunning: false, ...openStoppedEngine({ stateFile, dataDir, convert }) };
}
