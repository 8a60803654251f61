import { CustomObjectsApi, KubeConfig, type KubernetesListObject, type KubernetesObject, makeInformer } from '@kubernetes/client-node';
import { sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { runSubject } from './subject.ts';

/** Its own examples wait this long before they start an informer again that met an error. */
const RESTART_MS = 5_000;

const { group, version, plural } = taskResource;

/** `@kubernetes/client-node`, as the subject of `client.ts`. */
await runSubject({
  async reader(kubeconfig, { namespace, name }) {
    const api = load(kubeconfig).makeApiClient(CustomObjectsApi);
    return () => api.getNamespacedCustomObject({ group, version, namespace, plural, name });
  },
  async informer(kubeconfig, { restarting, onAdd }) {
    const config = load(kubeconfig);
    const api = config.makeApiClient(CustomObjectsApi);
    let lists = 0;
    const list = async () => {
      lists += 1;
      return await api.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural }) as KubernetesListObject<KubernetesObject>;
    };
    const informer = makeInformer(config, `/apis/${group}/${version}/${plural}`, list);
    informer.on('add', (object) => onAdd(object.metadata!.name!));
    const restart = (): Promise<void> => sleep(systemClock, RESTART_MS).then(() => informer.start()).catch(restart);
    // Without a listener an error would end the process.
    informer.on('error', () => void (restarting && restart()));
    return { synced: informer.start(), names: () => informer.list().map(({ metadata }) => metadata!.name!), lists: () => lists };
  },
});

function load(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}
