import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClusterConfig } from '../../src/kube/cluster-config.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';

let dir: string;
let server: Server | undefined;
let url: string;
let problem: string | undefined;

const read = (file: string) => readFileSync(join(dir, file), 'utf8');

/** An authority of our own, and a certificate of it for the server and for a client. */
function makeCertificates(): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
  for (const [name, subject] of [['server', '/CN=kubernetes'], ['client', '/CN=alice']] as const) {
    writeFileSync(join(dir, `${name}.ext`), 'subjectAltName=DNS:kubernetes.default');
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.crt`, '-days', '2', '-extfile', `${name}.ext`);
  }
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kube-tls-'));
  try {
    makeCertificates();
  } catch (error) {
    problem = `openssl cannot make certificates here: ${String(error)}`;
    return;
  }
  const tls = { key: read('server.key'), cert: read('server.crt'), ca: read('ca.crt'), requestCert: true, rejectUnauthorized: false };
  server = createServer(tls, (request, response) => {
    const socket = request.socket as TLSSocket;
    response.end(JSON.stringify({ user: socket.getPeerCertificate().subject?.CN, trusted: socket.authorized }));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server?.close();
  rmSync(dir, { recursive: true });
});

async function ask(config: Partial<ClusterConfig>): Promise<string> {
  const transport = new HttpTransport({ server: url, namespace: 'default', ...config });
  try {
    const answered = await transport.request({ method: 'GET', path: '/version' });
    const { body } = await transport.stream({ method: 'GET', path: '/version' });
    const streamed: Buffer[] = [];
    for await (const chunk of body) streamed.push(chunk);
    expect(String(Buffer.concat(streamed))).toBe(String(answered.body));
    return String(answered.body);
  } finally {
    await transport.close();
  }
}

test('a client certificate signs in, on streams too, and the server is known by its authority and name', async (context) => {
  if (problem) context.skip(problem);
  const config = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), tlsServerName: 'kubernetes.default' };
  expect(await ask(config)).toBe('{"user":"alice","trusted":true}');
});

test('a server of another name or of an unknown authority is not spoken to', async (context) => {
  if (problem) context.skip(problem);
  await expect(ask({ ca: read('ca.crt') })).rejects.toThrow(/no answer from https:.*does not match certificate's altnames/);
  await expect(ask({ tlsServerName: 'kubernetes.default' })).rejects.toThrow(/no answer from https:.*(unable to verify|self-signed|unable to get)/);
});

test('only who asks for it skips the check', async (context) => {
  if (problem) context.skip(problem);
  expect(await ask({ insecureSkipTlsVerify: true })).toContain('trusted');
});
