import { CommandError } from '../io.ts';
import { isRecord } from './fit.ts';
import { type ImportedObject, nameOf } from './manifest.ts';

/** What the API server writes into metadata: to send it back is a conflict at best. */
const OF_SERVER = ['creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'generation', 'managedFields', 'resourceVersion', 'selfLink', 'uid'];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const SHAPES: Readonly<Record<string, 'text' | 'texts' | 'map of texts'>> = { namespace: 'text', labels: 'map of texts', annotations: 'map of texts', finalizers: 'texts' };

/**
 * The object as a program has to make it: without what the API server has written, and without what is empty in its metadata.
 *
 * **Errors** `CommandError` for what is no object of Kubernetes.
 */
export function imported(value: unknown, at: string): { object: ImportedObject; notes: string[] } {
  const object = checked(value, at);
  const { status, ...rest } = object as ImportedObject & { status?: unknown };
  const annotations = object.metadata.annotations as Readonly<Record<string, string>> | undefined;
  const left = [...OF_SERVER.filter((name) => Object.hasOwn(object.metadata, name)).map((name) => `metadata.${name}`), ...annotations?.[LAST_APPLIED] === undefined ? [] : [`the annotation ${LAST_APPLIED}`], ...status === undefined ? [] : ['status']];
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !OF_SERVER.includes(name)).map(([name, member]) => (
    [name, name === 'annotations' ? Object.fromEntries(Object.entries(annotations!).filter(([key]) => key !== LAST_APPLIED)) : member]
  )));
  return {
    object: { ...rest, metadata: withoutEmpty(metadata) as ImportedObject['metadata'] },
    notes: left.length === 0 ? [] : [`${at}: ${nameOf(object)}: ${left.join(', ')} left out, which the API server writes`],
  };
}

function checked(value: unknown, at: string): ImportedObject {
  const fail = (problem: string): never => { throw new CommandError(`${at}: ${problem}`); };
  if (!isRecord(value)) return fail('is no object of Kubernetes; each document has apiVersion, kind and metadata');
  const { apiVersion, kind, metadata } = value;
  for (const [name, text] of Object.entries({ apiVersion, kind })) if (typeof text !== 'string' || text === '') fail(`${name} is missing; is it a manifest of Kubernetes?`);
  if (!isRecord(metadata)) return fail('metadata is missing; give the object a name');
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '') return fail(`metadata.name is missing${metadata['generateName'] === undefined ? '' : ', and what generateName makes is not known before'}; give the object a name`);
  for (const [name, shape] of Object.entries(SHAPES)) if (metadata[name] !== undefined && !hasShape(metadata[name], shape)) fail(`metadata.${name} is no ${shape}; write its values in quotes`);
  return value as unknown as ImportedObject;
}

function hasShape(value: unknown, shape: 'text' | 'texts' | 'map of texts'): boolean {
  const isText = (each: unknown) => typeof each === 'string';
  if (shape === 'text') return isText(value);
  return shape === 'texts' ? Array.isArray(value) && value.every(isText) : isRecord(value) && Object.values(value).every(isText);
}

/** In metadata, what is empty and what is not there are the same to the API server, and to cdk8s. */
function withoutEmpty(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => {
    const inner = withoutEmpty(member);
    const isEmpty = Array.isArray(inner) ? inner.length === 0 : isRecord(inner) && Object.keys(inner).length === 0;
    return isEmpty ? [] : [[name, inner]];
  }));
}
