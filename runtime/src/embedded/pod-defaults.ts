import { isObject, type JsonObject } from './json.ts';

/** What a client may leave out of a Pod's spec and the API server fills in, here and in every template of a Pod. */
export function completePodSpec(spec: unknown): unknown {
  if (!isObject(spec)) return spec;
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...mapped(spec, 'initContainers', completeContainer),
    ...mapped(spec, 'containers', completeContainer),
    ...mapped(spec, 'volumes', completeVolume),
  };
}

/** The Pod template of a Job, a Deployment and their like. */
export function completeTemplate(object: unknown): unknown {
  if (!isObject(object) || !isObject(object.template)) return object;
  return { ...object, template: { ...object.template, spec: completePodSpec(object.template.spec) } };
}

function mapped(object: JsonObject, field: string, complete: (item: JsonObject) => JsonObject): JsonObject {
  const items = object[field];
  return Array.isArray(items) ? { [field]: items.map((item) => (isObject(item) ? complete(item) : item)) } : {};
}

function completeContainer(container: JsonObject): JsonObject {
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container.image),
    ...container,
    ...(isObject(container.resources) ? { resources: requestWhatIsLimited(container.resources) } : {}),
    ...mapped(container, 'ports', (port) => ({ protocol: 'TCP', ...port })),
    ...mapped(container, 'env', completeVariable),
    ...completeProbes(container),
  };
}

/** An image without a tag, or with the tag latest, changes: it is pulled each time. */
function pullPolicyOf(image: unknown): string {
  if (typeof image !== 'string' || image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Who limits a resource and requests none of it, requests the limit. */
function requestWhatIsLimited(resources: JsonObject): JsonObject {
  return isObject(resources.limits) ? { ...resources, requests: { ...resources.limits, ...(isObject(resources.requests) ? resources.requests : {}) } } : resources;
}

function completeVariable(variable: JsonObject): JsonObject {
  const { valueFrom } = variable;
  if (!isObject(valueFrom) || !isObject(valueFrom.fieldRef)) return variable;
  return { ...variable, valueFrom: { ...valueFrom, fieldRef: { apiVersion: 'v1', ...valueFrom.fieldRef } } };
}

function completeProbes(container: JsonObject): JsonObject {
  const probes: JsonObject = {};
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    const httpGet = isObject(probe.httpGet) ? { httpGet: { path: '/', scheme: 'HTTP', ...probe.httpGet } } : {};
    probes[name] = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe, ...httpGet };
  }
  return probes;
}

/** rw-r--r--, the mode of files from ConfigMaps, Secrets and the downward API. */
const DEFAULT_MODE = 0o644;

function completeVolume(volume: JsonObject): JsonObject {
  const files: JsonObject = {};
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    if (isObject(volume[source])) files[source] = { defaultMode: DEFAULT_MODE, ...volume[source] };
  }
  const hasSource = Object.keys(volume).some((field) => field !== 'name');
  return { ...volume, ...files, ...(hasSource ? {} : { emptyDir: {} }) };
}
