import type { ProxiedRequest, ProxyFault } from './fault-proxy.ts';

const status = (code: number, reason: string) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: 'injected' });
const answered = (code: number, reason: string, headers: Record<string, string> = {}): ProxyFault => ({ is: 'answered', status: code, headers: { 'content-type': 'application/json', ...headers }, body: status(code, reason) });

const OF_REQUESTS: readonly ProxyFault[] = [
  answered(429, 'TooManyRequests', { 'retry-after': '1' }),
  { is: 'reset', at: 'answer' },
  answered(503, 'ServiceUnavailable', { 'retry-after': '1' }),
  { is: 'disowned', status: 504 },
  { is: 'reset', at: 'half' },
  { is: 'trickled' },
  { is: 'disowned', status: 502 },
  { is: 'reset', at: 'request' },
  answered(504, 'Timeout'),
];

const OF_WATCHES: readonly ProxyFault[] = [
  answered(410, 'Expired'),
  { is: 'garbled', line: '<html>Bad Gateway</html>\n' },
  { is: 'reset', at: 'half' },
  { is: 'trickled' },
  { is: 'garbled', line: `{"type":"ERROR","object":${status(410, 'Expired')}}\n` },
  answered(503, 'ServiceUnavailable'),
  { is: 'cut' },
  answered(429, 'TooManyRequests', { 'retry-after': '1' }),
];

/** Every second request goes wrong, and so do the first watches of each resource: after so many of them it is fair for good. */
const BAD_REQUESTS = 60;
const BAD_WATCHES = 3;

/** What goes wrong with one request after the other, the same each time. */
export function badWeather(): (request: ProxiedRequest) => ProxyFault | undefined {
  let requests = 0;
  let watchFaults = 0;
  const watches = new Map<string, number>();
  return ({ path, isWatch }) => {
    if (!isWatch) {
      requests += 1;
      return requests <= BAD_REQUESTS && requests % 2 === 0 ? OF_REQUESTS[(requests / 2) % OF_REQUESTS.length] : undefined;
    }
    const resource = path.split('?', 1)[0]!;
    const opened = watches.get(resource) ?? 0;
    watches.set(resource, opened + 1);
    return opened < BAD_WATCHES ? OF_WATCHES[watchFaults++ % OF_WATCHES.length] : undefined;
  };
}
