import assert from 'node:assert/strict';
import { ApiError, isAlreadyExists, isNamespaceTerminating, isNotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { ReconcileResult } from './controller.ts';
import type { EventRecorder } from './events.ts';
import { mergePatch } from './merge-patch.ts';
import { controllerOf, keyOf, type KubeObject, type Resource } from './object.ts';
import type { Plan, Write } from './plan.ts';
import type { Written } from './written.ts';

/** What carrying out a plan needs of its surroundings. */
export interface Effects {
  readonly client: KubeClient;
  /** Whose fields the children are; the status belongs to `<fieldManager>-status`. */
  readonly fieldManager: string;
  readonly events?: Pick<EventRecorder, 'record'>;
  readonly written?: Written;
}

/** The object that a plan is about, as it was read. */
export interface Subject<T extends KubeObject & { status?: object } = KubeObject & { status?: object }> {
  readonly resource: Resource;
  readonly object: T;
}

/** An object that was to be made, and what the server says of it: that it is not valid, not allowed, too much. */
export class RefusedCreation extends ApiError {
  readonly object: KubeObject & { readonly kind: string };

  constructor({ kind }: Resource, object: KubeObject, refusal: ApiError) {
    super(`${kind} ${keyOf(object)}`, refusal.status, refusal.retryAfterMs);
    this.object = { ...object, kind };
  }
}

/**
 * Carries out a plan: status, then events, then writes in their order.
 *
 * **Guarantee** Every write to an existing object carries its uid, or its version, so none reaches another object of that name. Each can be repeated,
 * so a crash between two is repaired by the next run. A status that is there already is not written again. What a create finds in its
 * place is taken for ours only when we control it, or when nobody is to control what was to be created: then its name alone says what it is.
 *
 * **Assumes** Names of children follow from the subject alone, and `object` is what the plan was made from.
 *
 * **Errors** {@link ApiError}, which is a {@link RefusedCreation} when the server would not make something; 409 Conflict when the plan was made from an old view, and when what a create finds in its place is
 * somebody else's. What is already gone is no error; when that is the
 * subject, nothing more is done for it. Nor is it one that nothing can be made any more for a subject which is deleted with its namespace: the rest of the plan lets it go.
 */
export async function applyPlan(effects: Effects, subject: Subject, plan: Plan, signal?: AbortSignal): Promise<ReconcileResult> {
  if (plan.status !== undefined && !(await writeStatus(effects, subject, plan.status, signal))) return {};
  for (const note of plan.events ?? []) effects.events?.record(subject, note);
  for (const write of plan.writes ?? []) if (!(await carryOut(effects, subject, write, signal))) return {};
  return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
}

/** Answers whether the object is still there. */
async function writeStatus(effects: Effects, { resource, object }: Subject, status: object, signal?: AbortSignal): Promise<boolean> {
  // The server takes as long for a write that changes nothing as for one that does.
  const change = mergePatch(object.status ?? {}, withoutUndefined(status));
  if (Object.keys(change).length === 0) return true;
  const { uid, resourceVersion } = object.metadata;
  assert(uid !== undefined, `${resource.kind} ${keyOf(object)}: has no uid; without one the write could make it anew`);
  // The server does not look at the uid of a status: without the version it would reach whatever has the name now. And since it has to be that
  // version, what makes the one status of the other is the same as applying it, and a tenth cheaper.
  const patch = { metadata: { uid, resourceVersion }, status: change };
  const options = { fieldManager: `${effects.fieldManager}-status`, signal };
  const answered = await unlessGone(effects.client.patchMerge(resource, { ...addressOf(object), subresource: 'status' }, patch, options));
  if (answered !== undefined) effects.written?.wrote(keyOf(object), resource, answered);
  return answered !== undefined;
}

/** Answers whether the rest of the plan still makes sense: not when the subject itself turns out to be gone. */
async function carryOut(effects: Effects, subject: Subject, write: Write, signal?: AbortSignal): Promise<boolean> {
  const { client, fieldManager, written } = effects;
  const key = keyOf(subject.object);
  const { resource } = write;
  let answered: KubeObject | undefined;
  switch (write.verb) {
    case 'create':
      try {
        answered = await createOrAdopt(client, write, fieldManager, signal);
      } catch (error) {
        if (!isNamespaceTerminating(error) || !subject.object.metadata.deletionTimestamp) throw error;
      }
      break;
    case 'apply':
      answered = await client.apply(resource, applied(subject, resource, write.object), { fieldManager: write.fieldManager ?? fieldManager, force: true, signal });
      break;
    case 'mergePatch':
      answered = await unlessGone(client.patchMerge(resource, addressOf(write.target), exactly(write.target, write.patch), { fieldManager, signal }));
      break;
    case 'delete': {
      const { uid, resourceVersion } = write.target.metadata;
      const options = { preconditions: write.inAnyVersion ? { uid } : { uid, resourceVersion }, propagationPolicy: 'Background', signal } as const;
      if ((await unlessGone(client.delete(resource, addressOf(write.target), options))) !== undefined) written?.deleted(key, resource, write.target);
      return true;
    }
  }
  if (answered !== undefined) written?.wrote(key, resource, answered);
  return answered !== undefined || write.verb !== 'mergePatch' || write.target.metadata.uid !== subject.object.metadata.uid;
}

/** What a server says of the object, and not of the moment. */
const REFUSALS = new Set([400, 403, 404, 413, 422]);

async function createOrAdopt(client: KubeClient, { resource, object, isAsSent = false }: Creation, fieldManager: string, signal?: AbortSignal): Promise<KubeObject> {
  try {
    const answered = await client.create(resource, object, { fieldManager, metadataOnly: isAsSent, signal });
    return isAsSent ? { ...object, metadata: answered.metadata } : answered;
  } catch (error) {
    if (error instanceof ApiError && REFUSALS.has(error.code)) throw new RefusedCreation(resource, object, error);
    if (!isAlreadyExists(error)) throw error;
    const existing = await client.get(resource, addressOf(object), { signal });
    const owner = controllerOf(object);
    const found = controllerOf(existing);
    if (found?.uid === owner?.uid && existing.metadata.deletionTimestamp === undefined) return existing;
    const whose = found === undefined ? 'nobody controls it' : `${found.kind} "${found.name}" (uid ${found.uid}) controls it`;
    const leaving = existing.metadata.deletionTimestamp === undefined ? '' : ', and it is being deleted';
    throw new ApiError(`${resource.kind} ${keyOf(object)}`, {
      code: 409,
      reason: 'NotOurs',
      message: `the name is taken: ${whose}${leaving}; it has to go before ours can be made`,
    });
  }
}

type Creation = Extract<Write, { verb: 'create' }>;

/** An apply without a uid makes what is missing: right for a child of ours, wrong for anything that has been there. */
function applied({ resource, object }: Subject, ofResource: Resource, desired: KubeObject): KubeObject {
  if (desired.metadata.uid !== undefined) return desired;
  if (resource === ofResource && keyOf(object) === keyOf(desired)) return { ...desired, metadata: { ...desired.metadata, uid: object.metadata.uid } };
  assert(controllerOf(desired) !== undefined, `${ofResource.kind} ${keyOf(desired)}: an apply needs a uid, or a controller reference when it may create`);
  return desired;
}

/** Lists are replaced whole by a merge patch, so one that others write to as well is guarded by the version it was read at. */
function exactly({ metadata: { uid, resourceVersion } }: KubeObject, patch: { metadata?: { finalizers?: unknown; ownerReferences?: unknown } }): object {
  const replacesList = patch.metadata?.finalizers !== undefined || patch.metadata?.ownerReferences !== undefined;
  return { ...patch, metadata: { ...patch.metadata, uid, ...(replacesList && { resourceVersion }) } };
}

async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error) || isOfAnother(error)) return undefined;
    throw error;
  }
}

/** The name is there, with another uid: what we meant was deleted and made anew. The server words it as a change of the uid. */
function isOfAnother(error: unknown): boolean {
  return error instanceof ApiError && error.code === 422 && (error.status.details?.causes?.some(({ field }) => field === 'metadata.uid') ?? false);
}

function addressOf({ metadata: { namespace, name } }: KubeObject): { namespace?: string; name: string } {
  assert(name !== undefined, 'metadata.name: is missing; children have names that follow from their owner');
  return { namespace, name };
}

/** As it goes over the wire: a field that is undefined is not there. */
function withoutUndefined(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
