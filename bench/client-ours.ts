import { HttpTransport, Informer, KubeClient, loadConfig } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { runSubject } from './subject.ts';

/** The kernel's client and informer, as the subject of `client.ts`. */
await runSubject({
  async reader(kubeconfig, task) {
    const client = await connect(kubeconfig);
    return () => client.get(taskResource, task);
  },
  async informer(kubeconfig, { onAdd }) {
    let relists = 0;
    const metrics = { relisted: () => void (relists += 1), reconnected: () => {} };
    const informer = new Informer(await connect(kubeconfig), { resource: taskResource, metrics });
    informer.onChange((change) => {
      if (change.type === 'added') onAdd(change.object.metadata.name!);
    });
    // It ends with the process.
    void informer.start(new AbortController().signal);
    return { synced: informer.synced, names: () => informer.list().map(({ metadata }) => metadata.name!), lists: () => 1 + relists };
  },
});

async function connect(kubeconfig: string): Promise<KubeClient> {
  return new KubeClient(new HttpTransport(await loadConfig({ env: {}, home: '', kubeconfig })), { userAgent: 'bench' });
}
