import type { ApiObject } from 'cdk8s';
import type { TaskwrightWebhooks } from '../taskwright-webhooks';
import { type Problem, quote } from './problem';
import { checkSecret } from './secret-check';

/** The Service by which deliveries come in. */
export const DELIVERY_SERVICE = 'taskwright-deliveries';
export const DELIVERY_PORT = 8082;

const MOUNTED_AT = '/var/run/taskwright/webhooks';
const SIGNING_KEY = 'webhook-secret';
const SERVICE_TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer'];

/** Each Secret that is mounted, the key that is read of it, and the flag that says where. */
const FILES = [
  { property: 'github', key: SIGNING_KEY, flag: 'github-webhook-secret-file' },
  { property: 'linear', key: SIGNING_KEY, flag: 'linear-webhook-secret-file' },
  { property: 'generic', key: SIGNING_KEY, flag: 'generic-webhook-secret-file' },
  { property: 'linearApiKey', key: 'LINEAR_API_KEY', flag: 'linear-api-key-file' },
] as const;

/** What the operator is told on its command line. */
export function deliveryFlags(webhooks: TaskwrightWebhooks): Record<string, string> {
  return {
    'webhook-server-address': `:${DELIVERY_PORT}`,
    ...Object.fromEntries(FILES.filter(({ property }) => webhooks[property]).map(({ property, key, flag }) => [flag, `${MOUNTED_AT}/${volumeName(property)}/${key}`])),
    ...(webhooks.allowUnsigned ? { 'allow-unsigned-webhooks': 'true' } : {}),
  };
}

/** A Secret that is not there yet keeps no operator from starting: what it is for is refused until then. */
export function deliveryVolumes(webhooks: TaskwrightWebhooks): object[] {
  return FILES.filter(({ property }) => webhooks[property]).map(({ property, key }) => {
    const secret = { secretName: webhooks[property]!.name, optional: true, items: [{ key, path: key }] };
    return { name: volumeName(property), secret };
  });
}

export function deliveryMounts(webhooks: TaskwrightWebhooks): object[] {
  return FILES.filter(({ property }) => webhooks[property]).map(({ property }) => ({ name: volumeName(property), mountPath: `${MOUNTED_AT}/${volumeName(property)}`, readOnly: true }));
}

/** Problems of the property `webhooks`. */
export function checkDeliveries(from: ApiObject, webhooks: TaskwrightWebhooks): Problem[] {
  const { serviceType = 'ClusterIP', generic, allowUnsigned } = webhooks;
  const problems = FILES.filter(({ property }) => webhooks[property] !== undefined).flatMap(({ property, key }) => checkSecret(from, webhooks[property], [key], 'the operator', `webhooks.${property}`));
  if (!SERVICE_TYPES.includes(serviceType)) problems.push({ code: 'enum', path: 'webhooks.serviceType', got: quote(serviceType), allowed: `allowed are ${SERVICE_TYPES.join(', ')}` });
  if (generic && allowUnsigned) problems.push({ code: 'ambiguous', path: 'webhooks.allowUnsigned', allowed: 'with a Secret for generic webhooks all of them are signed', fix: 'leave one of generic and allowUnsigned out' });
  return problems;
}

/** As a name of a volume may be. */
function volumeName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
