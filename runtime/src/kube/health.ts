import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers what is wrong, or undefined. */
export type Check = () => string | undefined;

export interface HealthOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses, since the kubelet asks from outside the Pod. */
  readonly host?: string;
  /** Failing, the process should be restarted. */
  readonly healthy?: Readonly<Record<string, Check>>;
  /** Failing, it should get no requests. */
  readonly ready?: Readonly<Record<string, Check>>;
  readonly metrics?: () => Promise<string>;
}

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics`.
 *
 * **Guarantee** 200 with `ok`, or 503 with a line per check that fails. An event loop that is stuck answers nothing at all, which a probe
 * takes for a failure as well. Closed last, so that probes are answered until the very end.
 *
 * **Errors** Rejects when the port is taken.
 */
export async function startHealthServer({ port, host, healthy = {}, ready = {}, metrics }: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    switch (request.url?.split('?', 1)[0]) {
      case '/healthz':
        return answerChecks(response, healthy);
      case '/readyz':
        return answerChecks(response, ready);
      case '/metrics':
        return void answerMetrics(response, metrics);
      default:
        return answer(response, 404, 'there are /healthz, /readyz and /metrics\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function answerChecks(response: ServerResponse, checks: Readonly<Record<string, Check>>): void {
  const failing = Object.entries(checks).flatMap(([name, check]) => {
    const problem = check();
    return problem === undefined ? [] : [`${name}: ${problem}\n`];
  });
  answer(response, failing.length === 0 ? 200 : 503, failing.length === 0 ? 'ok\n' : failing.join(''));
}

async function answerMetrics(response: ServerResponse, metrics: () => Promise<string> = async () => ''): Promise<void> {
  try {
    answer(response, 200, await metrics());
  } catch {
    answer(response, 500, 'the metrics could not be collected\n');
  }
}

function answer(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(text);
}
