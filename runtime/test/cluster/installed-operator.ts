import { crds } from '@taskwright/schema';
import { App, Chart } from 'cdk8s';
import { Taskwright, type TaskwrightProps } from 'cdk8s-taskwright';
import { inject } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import type { Connection } from '../contract/connection.ts';
import { defineKind } from '../contract/define-kind.ts';

export const HOME = 'taskwright-system';

/** Installs what the constructs say as a user would: the CRDs, then every object of the chart by server-side apply. Without policies, unless `props` has them: other suites are about the definitions alone. */
export async function install(connection: Connection, props?: TaskwrightProps): Promise<KubeObject[]> {
  for (const definition of crds()) await defineKind(connection, definition as unknown as KubeObject);
  return await installOperator(connection, props);
}

/** The same without the CRDs. */
export async function installOperator(connection: Connection, props?: TaskwrightProps): Promise<KubeObject[]> {
  const chart = new Chart(new App(), 'taskwright');
  new Taskwright(chart, 'install', { admissionPolicies: false, ...props });
  const objects = chart.toJson() as KubeObject[];
  for (const object of objects) await connection.client.apply(await resourceOf(connection.client, object), object, { fieldManager: 'install', force: true });
  return objects;
}

/** A process of the operator: it is who the installation made it, and remembers what it was refused. */
export class OperatorTransport implements Transport {
  readonly forbidden: string[] = [];
  readonly #transport: Transport;

  private constructor(transport: Transport) {
    this.#transport = transport;
  }

  static async open({ client }: Connection): Promise<OperatorTransport> {
    const { body } = await client.send({
      method: 'POST', path: `/api/v1/namespaces/${HOME}/serviceaccounts/taskwright-operator/token`, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } }),
    });
    const { status: { token } } = JSON.parse(body.toString()) as { status: { token: string } };
    const { server, ca, namespace } = await readKubeconfig([inject('kubeconfig')], undefined, systemClock);
    return new OperatorTransport(new HttpTransport({ server, ca, namespace, token: () => Promise.resolve(token) }));
  }

  request(request: KubeRequest) {
    return this.#remember(request, this.#transport.request(request));
  }

  stream(request: KubeRequest) {
    return this.#remember(request, this.#transport.stream(request));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #remember<Answer extends { status: number; body: unknown }>({ method, path }: KubeRequest, asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked;
    // Nobody may write to a namespace that goes, and the one of an earlier test does.
    const isGoing = answer.body instanceof Buffer && answer.body.includes('NamespaceTerminating');
    if (answer.status === 401 || (answer.status === 403 && !isGoing)) this.forbidden.push(`${answer.status} ${method} ${path}`);
    return answer;
  }
}

/** Asks the server for the plural of the object's kind, as kubectl does. */
export async function resourceOf(client: KubeClient, { apiVersion, kind }: KubeObject): Promise<Resource> {
  const [group, version] = apiVersion!.includes('/') ? apiVersion!.split('/') as [string, string] : ['', apiVersion!];
  const { body } = await client.send({ method: 'GET', path: group === '' ? `/api/${version}` : `/apis/${group}/${version}` });
  const { resources } = JSON.parse(body.toString()) as { resources: { name: string; kind: string; namespaced: boolean }[] };
  const { name, namespaced } = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))!;
  return { group, version, kind: kind!, plural: name, namespaced };
}
