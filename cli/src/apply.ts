import { ApiError, type Clock, type KubeClient, type KubeObject, type Resource, sleep } from '@taskwright/runtime/kube';
import { resourceOf } from './discovery.ts';
import { CommandError } from './io.ts';

/** Who owns the fields that `taskwright dev` applies. */
const FIELD_MANAGER = 'taskwright-dev';

/** A CRD that is not served after this long has a mistake, which its conditions name. */
const ESTABLISHED_WITHIN_MS = 10_000;
const ESTABLISHED_POLL_MS = 20;

/**
 * Applies objects as `kubectl apply --server-side` would, in an order that works the first time: CRDs, each of which is
 * awaited, then Namespaces, then the rest as given.
 *
 * @throws CommandError with every refusal, not only the first.
 */
export async function applyObjects(client: KubeClient, objects: readonly KubeObject[], clock: Clock): Promise<void> {
  const refusals: string[] = [];
  for (const object of inOrder(objects)) {
    try {
      const resource = await resourceOf(client, object);
      await client.apply(resource, placed(object, resource), { fieldManager: FIELD_MANAGER, force: true });
      if (object.kind === 'CustomResourceDefinition') await established(client, resource, object.metadata.name!, clock);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof CommandError)) throw error;
      refusals.push(`${object.kind} ${object.metadata.name}: ${error.message}`);
    }
  }
  if (refusals.length > 0) throw new CommandError(`the API refused ${refusals.length} of ${objects.length} objects\n${refusals.map((line) => `  ${line}`).join('\n')}`);
}

const FIRST = ['CustomResourceDefinition', 'Namespace'];

function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const first = FIRST.flatMap((kind) => objects.filter((object) => object.kind === kind));
  return [...first, ...objects.filter(({ kind = '' }) => !FIRST.includes(kind))];
}

function placed(object: KubeObject, { namespaced }: Resource): KubeObject {
  return namespaced ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? 'default' } } : object;
}

interface Established extends KubeObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

async function established(client: KubeClient, resource: Resource, name: string, clock: Clock): Promise<void> {
  const giveUpAt = clock.elapsed() + ESTABLISHED_WITHIN_MS;
  for (;;) {
    const { status } = await client.get<Established>(resource, { name });
    if (status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True')) return;
    if (clock.elapsed() > giveUpAt) {
      const said = status?.conditions?.map(({ type, message }) => `${type}: ${message}`).join('; ') ?? 'nothing';
      throw new CommandError(`not established after ${ESTABLISHED_WITHIN_MS / 1_000} s; its conditions say: ${said}`);
    }
    await sleep(clock, ESTABLISHED_POLL_MS);
  }
}
