import { createHash } from 'node:crypto';
import { controllerReference } from '../../kube/object.ts';
import type { Pod } from '../pod.ts';
import { type Job, jobResource, TRACKING_FINALIZER } from './job.ts';
import { podLabelsOf } from './job-defaults.ts';

/** The letters and digits of generated names: no vowels, so that no word comes out. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const LONGEST_NAME = 63;

/** The Pod for the n-th attempt of a Job. The same attempt gives the same name, so a creation that is repeated after a crash makes no second Pod. */
export function podOfJob(job: Job, attempt: number): Pod {
  const { metadata = {}, spec } = job.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podNameOf(job, attempt),
      generateName: `${job.metadata.name!}-`,
      namespace: job.metadata.namespace!,
      labels: { ...metadata.labels, ...podLabelsOf(job) },
      ...(metadata.annotations && { annotations: metadata.annotations }),
      finalizers: [...new Set([...(metadata.finalizers ?? []), TRACKING_FINALIZER])],
      ownerReferences: [controllerReference(job, jobResource)],
    },
    spec,
  };
}

export function podNameOf({ metadata: { name, uid } }: Job, attempt: number): string {
  const digest = createHash('sha256').update(`${uid!}/${attempt}`).digest();
  const suffix = [...digest.subarray(0, SUFFIX_LENGTH)].map((byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');
  return `${name!.slice(0, LONGEST_NAME - SUFFIX_LENGTH - 1)}-${suffix}`;
}
