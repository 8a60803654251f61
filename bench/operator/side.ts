import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '@taskwright/runtime/kube';
import { imageEnvironment, imageFlags } from '../image-flags.ts';
import { type Program, startProgram } from '../program.ts';
import type { BenchServer } from '../server.ts';

/** An operator as a process: ours or the one in Go, with the same flags. */
export interface OperatorProcess {
  readonly program: Program;
  /** From the start of the process until its readiness probe succeeded. */
  readonly readyAfterMs: number;
  /** Requests it got an answer to so far, by method. */
  requests(): Promise<Readonly<Record<string, number>>>;
}

/** Starts one on the server, for one namespace or for all, and resolves when it is ready. */
export type OperatorSide = (server: BenchServer, options: { namespace?: string; leaderElect?: boolean }) => Promise<OperatorProcess>;

const READY_WITHIN_MS = 60_000;

/** Starts the one file of the operator's image, with the flags and the environment of that image, and `environment` besides. `nodeFlags` are to profile it. */
export function imageOperator(nodeFlags: readonly string[], environment: readonly string[] = []): (args: readonly string[]) => Program {
  const flagsOfNode = [...imageFlags(), ...nodeFlags];
  const file = join(homedir(), '.cache', 'taskwright', 'bench-operator.mjs');
  execFileSync(process.execPath, [new URL('../../tools/bundle-operator.mjs', import.meta.url).pathname, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  return (args) => startProgram('/usr/bin/env', [...imageEnvironment(), ...environment, process.execPath, ...flagsOfNode, file, ...args]);
}

export function ourOperator(nodeFlags: readonly string[], environment: readonly string[] = []): OperatorSide {
  const start = imageOperator(nodeFlags, environment);
  return (server, options) => started(start, server, options);
}

export function goOperator(binary: string): OperatorSide {
  // The embedded server speaks JSON alone; a real one is spoken to in protobuf, as Go programs do.
  return (server, options) => started((flags) => startProgram(binary, [...flags, ...(server.isEmbedded ? ['--content-type=application/json'] : [])]), server, options);
}

async function started(start: (flags: string[]) => Program, { kubeconfig }: BenchServer, { namespace, leaderElect = false }: { namespace?: string; leaderElect?: boolean }): Promise<OperatorProcess> {
  const [metrics, probes] = [await freePort(), await freePort()];
  const startedAt = performance.now();
  const program = start([
    `--kubeconfig=${kubeconfig}`,
    `--metrics-bind-address=127.0.0.1:${metrics}`,
    `--health-probe-bind-address=127.0.0.1:${probes}`,
    `--leader-elect=${leaderElect}`,
    ...(namespace === undefined ? [] : [`--watch-namespaces=${namespace}`]),
  ]);
  while (!(await isReady(probes))) {
    if (performance.now() - startedAt > READY_WITHIN_MS) throw new Error(`operator ${program.pid}: not ready after ${READY_WITHIN_MS} ms`);
    await sleep(systemClock, 5);
  }
  return { program, readyAfterMs: performance.now() - startedAt, requests: () => requestsOf(metrics) };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // Nobody listens yet.
  }
}

async function requestsOf(port: number): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts: Record<string, number> = {};
  for (const [, labels, count] of text.matchAll(/^rest_client_requests_total\{(.*)\} (\S+)$/gm)) {
    const method = /method="(\w+)"/.exec(labels!)?.[1] ?? '';
    counts[method] = (counts[method] ?? 0) + Number(count);
  }
  return counts;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
