import { crds } from '@taskwright/schema';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { type Job, jobResource } from '../../src/embedded/job-controller/job.ts';
import { BY_JOB, jobController, jobKeysOf } from '../../src/embedded/job-controller/job-controller.ts';
import { type Pod, podResource } from '../../src/embedded/pod.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { Informer } from '../../src/kube/informer.ts';
import { Manager } from '../../src/kube/manager.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { definitions, namespaces } from '../contract/connection.ts';
import type { RealConnection } from '../cluster/real-connection.ts';

/** The embedded API server and its Job controller, in real time and behind a socket: for operators that are processes of their own. */
export async function startLoopbackCluster(): Promise<RealConnection> {
  const clock = systemClock;
  const api = new ApiServer({ clock });
  const inside = new KubeClient(api.transport, { userAgent: 'test', clock });
  const controllers = api.startControllers();
  for (const definition of crds()) await inside.create(definitions, definition as unknown as KubeObject);
  const jobs = new Informer<Job>(inside, { resource: jobResource, clock });
  const pods = new Informer<Pod, typeof BY_JOB>(inside, { resource: podResource, clock, indexes: { [BY_JOB]: jobKeysOf } });
  const manager = new Manager({ informers: [jobs, pods], controllers: [jobController({ client: inside, clock, jobs, pods })] });
  await manager.ready;
  const face = await api.listen();
  const transport = new HttpTransport({ server: face.url, ca: face.ca, namespace: 'default', token: () => Promise.resolve(face.token) });
  return {
    transport,
    client: inside,
    namespace: async () => (await inside.create(namespaces, { metadata: { generateName: 'faults-' } })).metadata.name!,
    close: async () => {
      await manager.stop();
      controllers.stop();
      await transport.close();
      await face.close();
      await api.close();
    },
  };
}
