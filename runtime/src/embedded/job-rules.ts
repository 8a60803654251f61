import { withMeta, type ApiObject } from './api-object.ts';
import { isEqual, isObject, type JsonObject } from './json.ts';
import { podLabelsOf, withJobDefaults } from './job-controller/job-defaults.ts';
import type { Job } from './job-controller/job.ts';
import { completeTemplate } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';
import type { ResourceRules } from './served-resource.ts';
import type { FieldError } from './status-error.ts';

/**
 * A Job finds its Pods by a selector the server makes from its uid, and what decides about its Pods cannot change once it is there.
 *
 * Who deletes one and does not say what happens to its Pods leaves them behind: that is how the first version of the API did it.
 */
export const jobRules: ResourceRules = {
  complete: (job) => {
    if (!isObject(job.spec)) return job;
    const spec = { completionMode: 'NonIndexed', ...withJobDefaults(completeTemplate(job.spec) as Job['spec']) };
    const { labels } = templateMetaOf(job);
    // Labels of the template are those of the Job where it has none itself.
    return job.metadata.labels === undefined && labels !== undefined ? withMeta({ ...job, spec }, { labels: labels as Record<string, string> }) : { ...job, spec };
  },
  prepareForCreate: (job) => {
    if (!isObject(job.spec) || job.spec.manualSelector === true || !isObject(job.spec.template)) return { ...job, status: {} };
    const labels = podLabelsOf(job as unknown as Job);
    const matchLabels = { 'batch.kubernetes.io/controller-uid': labels['batch.kubernetes.io/controller-uid'] };
    const template = { ...job.spec.template, metadata: { ...templateMetaOf(job), labels: { ...templateMetaOf(job).labels as object, ...labels } } };
    return { ...job, spec: { ...job.spec, selector: { matchLabels }, template }, status: {} };
  },
  validate: (job, old) => (old === undefined ? validateNew(job) : validateUpdate(job, old)),
  defaultPropagation: 'Orphan',
};

function templateMetaOf({ spec }: ApiObject): JsonObject {
  const template = isObject(spec) ? spec.template : undefined;
  return isObject(template) && isObject(template.metadata) ? template.metadata : {};
}

function validateNew({ spec }: ApiObject): FieldError[] {
  if (!isObject(spec)) return [{ reason: 'FieldValueRequired', field: 'spec', message: 'Required value' }];
  const podSpec = isObject(spec.template) ? spec.template.spec : undefined;
  const restartPolicy = isObject(podSpec) ? podSpec.restartPolicy : undefined;
  const negative = ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished']
    .filter((field) => typeof spec[field] === 'number' && spec[field] < 0);
  return [
    ...validatePodSpec(podSpec, 'spec.template.spec'),
    ...(restartPolicy === 'OnFailure' || restartPolicy === 'Never' ? [] : [{
      reason: 'FieldValueRequired', field: 'spec.template.spec.restartPolicy', message: 'Required value: valid values: "OnFailure", "Never"',
    } as const]),
    ...negative.map((field): FieldError => ({
      reason: 'FieldValueInvalid', field: `spec.${field}`, message: `Invalid value: ${JSON.stringify(spec[field])}: must be greater than or equal to 0`,
    })),
  ];
}

function validateUpdate(job: ApiObject, old: ApiObject): FieldError[] {
  if (!isObject(job.spec) || !isObject(old.spec)) return [];
  const { spec } = job;
  const before = old.spec;
  const isSuspended = before.suspend === true;
  const fixed = ['selector', 'completionMode', 'podFailurePolicy', 'completions', ...(isSuspended ? [] : ['template'])];
  // The template is not shown: its environment may hold what is not for a log.
  return fixed.filter((field) => !isEqual(spec[field], before[field])).map((field) => (
    { reason: 'FieldValueInvalid', field: `spec.${field}`, message: `Invalid value: ${isObject(spec[field]) ? '"object"' : JSON.stringify(spec[field])}: field is immutable` }));
}
