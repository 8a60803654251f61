/**
 * A real Kubernetes control plane (etcd, API server, controllers, scheduler): on loopback, without root and without a node, unless `node.mjs` adds one.
 *
 * All of its state is in one folder: keys, logs, etcd's data, the processes. Whoever deletes the folder after `stop` deletes the cluster.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, SetupError } from '../setup-error.mjs';

/** About ten times what two idle cores need. */
const READY_WITHIN_MS = 120_000;
const ASK_EVERY_MS = 100;
const LOG_TAIL = 3_000;
/** A flag that is gone, a field of a configuration that never was: no machine can start that. */
const REFUSES_WHAT_WE_SAID = /unknown (?:shorthand )?flag|flag provided but not defined|invalid argument ".*" for "|unrecognized feature gate|unknown field/;
const LOOPBACK = '127.0.0.1';

/**
 * Starts the control plane that `commands` make and ends when it answers and its controllers work: about 6 s.
 *
 * With `endWithParent` no process outlives this one, however it ends; without, they stay until {@link stopControlPlane}.
 * A node needs an `address` that its Pods reach, and gets a kubeconfig (`node.kubeconfig`) under its `nodeName`.
 *
 * **Errors** with the end of the log of the program that did not come up, a {@link BuildError} when that refused what we told it and a {@link SetupError} otherwise; whatever was started is stopped.
 */
export async function startControlPlane({ commands, folder, endWithParent, address = LOOPBACK, services = '10.96.0.0/24', nodeName }) {
  await stopControlPlane(folder);
  for (const part of ['log', 'pki']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const controlPlane = new ControlPlane({ commands, folder, endWithParent, address, services, nodeName });
  try {
    await controlPlane.start();
  } catch (error) {
    await stopControlPlane(folder);
    throw error;
  }
  return controlPlane;
}

/** Stops whatever runs from this folder and deletes it. Harmless when nothing does. */
export async function stopControlPlane(folder) {
  const started = processesOf(folder).filter((pid) => isOurs(pid, folder));
  // Nothing is kept, so nothing has to be saved: a graceful end takes the API server 10 s.
  for (const pid of started) process.kill(pid, 'SIGKILL');
  while (started.some((pid) => isOurs(pid, folder))) await sleep(ASK_EVERY_MS / 10);
  rmSync(folder, { recursive: true, force: true });
  return started.length;
}

/** Whether all that was started from this folder still runs. */
export function isRunning(folder) {
  const started = processesOf(folder);
  return started.length > 0 && started.every((pid) => isOurs(pid, folder));
}

export function kubeconfigOf(folder) {
  return join(folder, 'admin.kubeconfig');
}

class ControlPlane {
  #commands;
  #folder;
  #endWithParent;
  #address;
  #services;
  #nodeName;
  #adminToken;
  #pids = [];
  #children = new Map();
  /** Of the API server. */
  port;

  constructor({ commands, folder, endWithParent, address, services, nodeName }) {
    this.#commands = commands;
    this.#folder = folder;
    this.#endWithParent = endWithParent;
    this.#address = address;
    this.#services = services;
    this.#nodeName = nodeName;
  }

  get kubeconfig() {
    return kubeconfigOf(this.#folder);
  }

  async start() {
    const [etcdPort, peerPort] = await freePorts(2);
    [this.port] = await freePorts(1, this.#address);
    const at = (...parts) => join(this.#folder, ...parts);
    this.#adminToken = this.#writeSecrets(`https://${this.#address}:${this.port}`);

    const peer = `http://127.0.0.1:${peerPort}`;
    const etcd = `http://127.0.0.1:${etcdPort}`;
    this.run('etcd', {
      name: 'test', 'data-dir': at('etcd'), 'unsafe-no-fsync': true, 'log-level': 'warn',
      'listen-client-urls': etcd, 'advertise-client-urls': etcd,
      'listen-peer-urls': peer, 'initial-advertise-peer-urls': peer, 'initial-cluster': `test=${peer}`,
    });
    this.run('kube-apiserver', {
      'etcd-servers': etcd, 'bind-address': this.#address, 'advertise-address': this.#address, 'secure-port': this.port,
      // The Service "kubernetes" cannot lead to loopback.
      'endpoint-reconciler-type': this.#address === LOOPBACK ? 'none' : 'lease',
      // It makes a certificate for itself here, and the file holds the authority that signed it.
      'cert-dir': at('pki'), 'token-auth-file': at('pki/tokens.csv'), 'authorization-mode': 'Node,RBAC',
      'service-account-issuer': 'https://kubernetes.default.svc', 'service-account-key-file': at('pki/accounts.pub'), 'service-account-signing-key-file': at('pki/accounts.key'),
      // There is no kube-proxy: what it calls by a Service (our webhooks) it reaches by the addresses of the Pods.
      'enable-aggregator-routing': true,
      'service-cluster-ip-range': this.#services, 'kubelet-preferred-address-types': 'InternalIP', 'enable-admission-plugins': 'NodeRestriction',
    });
    await this.until('kube-apiserver', async () => (await this.ask('/readyz')).status === 200);

    this.run('kube-controller-manager', {
      ...this.#client('controller-manager'), 'use-service-account-credentials': true,
      'service-account-private-key-file': at('pki/accounts.key'), 'root-ca-file': at('pki/apiserver.crt'),
      'controllers': '*,-node-ipam-controller,-cloud-node-lifecycle-controller',
    });
    this.run('kube-scheduler', this.#client('scheduler'));
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await this.until('kube-controller-manager', async () => (await this.ask(account)).status === 200);
  }

  /** What the API server answers its administrator: `{ status, body }`. */
  ask(path) {
    return ask({ host: this.#address, port: this.port, path, token: this.#adminToken, authority: join(this.#folder, 'pki/apiserver.crt') });
  }

  /** Port 0: they serve nothing, so that two control planes can run side by side. */
  #client(user) {
    const kubeconfig = join(this.#folder, `${user}.kubeconfig`);
    return { kubeconfig, 'authentication-kubeconfig': kubeconfig, 'authorization-kubeconfig': kubeconfig, 'secure-port': 0, 'leader-elect': false };
  }

  #writeSecrets(server) {
    const users = { 'admin': ['admin', 'system:masters'], 'controller-manager': ['system:kube-controller-manager', ''], 'scheduler': ['system:kube-scheduler', ''] };
    if (this.#nodeName) users.node = [`system:node:${this.#nodeName}`, 'system:nodes'];
    const tokens = Object.fromEntries(Object.keys(users).map((user) => [user, randomBytes(16).toString('hex')]));
    const write = (file, text) => writeFileSync(join(this.#folder, file), text, { mode: 0o600 });
    write('pki/tokens.csv', Object.entries(users).map(([user, [name, group]]) => `${tokens[user]},${name},${user},"${group}"\n`).join(''));
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    write('pki/accounts.key', privateKey.export({ type: 'sec1', format: 'pem' }));
    write('pki/accounts.pub', publicKey.export({ type: 'spki', format: 'pem' }));
    for (const [user, token] of Object.entries(tokens)) {
      write(`${user}.kubeconfig`, JSON.stringify({
        'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'test',
        'clusters': [{ name: 'test', cluster: { server, 'certificate-authority': join(this.#folder, 'pki/apiserver.crt') } }],
        'users': [{ name: user, user: { token } }],
        'contexts': [{ name: 'test', context: { cluster: 'test', user } }],
      }, null, 2));
    }
    return tokens.admin;
  }

  /** Starts a program with these flags, which have to name something in the folder: that is how it is known as ours. */
  run(name, flags) {
    const [file, ...first] = this.#commands[name] ?? [name];
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const log = openSync(this.#logOf(name), 'w');
    const child = spawn(file, [...first, ...args], {
      cwd: this.#folder, detached: !this.#endWithParent, stdio: ['ignore', log, log],
      env: { ...process.env, ...(this.#endWithParent && { TASKWRIGHT_END_WITH_PARENT: '1' }) },
    });
    closeSync(log);
    child.on('error', () => {}); // it has no pid then, and is noticed as one that ended
    child.unref();
    this.#children.set(name, child);
    if (child.pid !== undefined) this.#pids.push(child.pid);
    writeFileSync(join(this.#folder, 'processes.json'), JSON.stringify(this.#pids));
  }

  /** Waits for a program that runs; throws when any of them ends. */
  async until(name, isReady) {
    const started = performance.now();
    while (!await isReady().catch(() => false)) {
      for (const [other, child] of this.#children) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) throw this.#failure(other, 'ended');
      }
      if (performance.now() - started > READY_WITHIN_MS) throw this.#failure(name, `is not ready after ${READY_WITHIN_MS / 1000} s`);
      await sleep(ASK_EVERY_MS);
    }
  }

  #failure(name, what) {
    const log = existsSync(this.#logOf(name)) ? readFileSync(this.#logOf(name), 'utf8') : '';
    const Kind = what === 'ended' && REFUSES_WHAT_WE_SAID.test(log) ? BuildError : SetupError;
    return new Kind(`the control plane does not start: ${name} ${what}; the end of its log:\n${log.slice(-LOG_TAIL).trim() || '(empty)'}`);
  }

  #logOf(name) {
    return join(this.#folder, 'log', `${name}.log`);
  }
}

function processesOf(folder) {
  const file = join(folder, 'processes.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** A process id may belong to somebody else by now; ours name the folder in their arguments. A zombie has no arguments left. */
function isOurs(pid, folder) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

export async function freePorts(count, address = LOOPBACK) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, address, () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function ask({ host, port, path, token, authority }) {
  const ca = readFileSync(authority);
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host, port, path, ca, headers: { authorization: `Bearer ${token}` }, timeout: 5_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject).end();
  });
}
