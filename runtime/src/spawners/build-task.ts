import { createHash } from 'node:crypto';
import { CREDENTIAL_LABEL, SPAWNED_ANNOTATIONS, SPAWNER_LABEL, type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { stringMap } from 'cdk8s-taskwright/template';
import { apiVersionOf } from '../kube/object.ts';
import type { SourceEvent } from '../sources/source-event.ts';
import type { TriggerName } from '../sources/source.ts';
import { spawnerLabelOf } from './belonging.ts';
import { branchProblem } from './branch-name.ts';
import { type Data, renderField, templateData, templateOf } from './field-template.ts';
import { TaskBuildError } from './task-build-error.ts';
import { priorityOf } from './trigger.ts';

export interface TaskBuild {
  readonly spawner: TaskSpawner;
  readonly trigger: TriggerName;
  readonly event: SourceEvent;
  readonly name: string;
  /** Texts of `contextSources` by their names; left out where the template has none. */
  readonly context?: Readonly<Record<string, string>>;
  /** How many Tasks the spawner will have made with this one. */
  readonly ordinal: number;
  /** What says which Tasks led to this one. Left out: none did. */
  readonly woken?: Readonly<Record<string, string>>;
}

const DEFAULT_PROMPT = '{{.Title}}';

/**
 * The Task of an event: the template of the spawner, rendered, with what says where it came from.
 *
 * The same event gives the same Task, but for its ordinal. Labels and annotations of the operator win over those of the source, and those over the template's.
 *
 * **Errors** {@link TaskBuildError}, which names the field, what it came to and the fix, for what could not be created or not be run. Whatever a stranger wrote into a title ends up
 * as a text in the field that the template puts it into, or here.
 */
export function buildTask(build: TaskBuild): Task {
  const { spawner, event, name, context } = build;
  const { metadata, worker, credentials, promptTemplate, branch, nameTemplate: _name, contextSources: _sources, upstreamRepo = event.upstreamRepo, ...copied } = spawner.spec.taskTemplate;
  const data = templateData({ ...event.variables, ...(context && { Context: stringMap(context) }) });
  const render = (field: string, text: string) => renderField(templateOf(spawner, field, text), field, data);
  const renderedBranch = branch === undefined ? '' : render('taskTemplate.branch', branch);
  checkBranch(renderedBranch);
  const drawn = drawCredential(spawner, event);
  const given = drawn && { type: drawn.type, secretRef: drawn.secretRef };
  return {
    apiVersion: apiVersionOf(taskResource),
    kind: taskResource.kind,
    metadata: {
      name,
      namespace: spawner.metadata.namespace!,
      labels: {
        ...renderAll('labels', metadata?.labels, render, checkLabel),
        ...event.taskLabels,
        ...(drawn && { [CREDENTIAL_LABEL]: drawn.name }),
        [SPAWNER_LABEL]: spawnerLabelOf(spawner),
      },
      annotations: { ...renderAll('annotations', metadata?.annotations, render), ...event.annotations, ...ownAnnotations(build), ...build.woken },
      ownerReferences: [{ apiVersion: apiVersionOf(taskSpawnerResource), kind: taskSpawnerResource.kind, name: spawner.metadata.name!, uid: spawner.metadata.uid!, controller: true }],
    },
    spec: {
      ...copied,
      prompt: render('taskTemplate.promptTemplate', promptTemplate ?? DEFAULT_PROMPT),
      ...(renderedBranch === '' ? {} : { branch: renderedBranch }),
      ...(upstreamRepo === undefined ? {} : { upstreamRepo }),
      ...(worker === undefined ? {} : { worker: given ? { ...worker, credentials: given } : worker }),
      ...(worker === undefined && given ? { credentials: given } : credentials === undefined ? {} : { credentials }),
    },
  };
}

/** Longer ones are cut: what a service calls somebody is not for us to store whole. */
const LONGEST_NOTE = 512;

function ownAnnotations({ spawner, trigger, event, ordinal }: TaskBuild): Record<string, string> {
  const priority = priorityOf(spawner, trigger, event.labels);
  const { subject, actor } = event.origin ?? {};
  return {
    [SPAWNED_ANNOTATIONS.source]: trigger,
    [SPAWNED_ANNOTATIONS.eventId]: event.id,
    [SPAWNED_ANNOTATIONS.ordinal]: String(ordinal),
    ...(priority === undefined ? {} : { [SPAWNED_ANNOTATIONS.priority]: String(priority) }),
    ...(subject === undefined ? {} : { [SPAWNED_ANNOTATIONS.subject]: subject.slice(0, LONGEST_NOTE) }),
    ...(actor === undefined ? {} : { [SPAWNED_ANNOTATIONS.actor]: actor.slice(0, LONGEST_NOTE) }),
    ...(event.triggerTime === undefined ? {} : { [SPAWNED_ANNOTATIONS.triggerTime]: event.triggerTime.toISOString() }),
  };
}

function renderAll(what: string, texts: Data = {}, render: (field: string, text: string) => string, check?: (field: string, value: string) => void): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => {
      const field = `taskTemplate.metadata.${what}[${key}]`;
      const value = render(field, text as string);
      check?.(field, value);
      return [key, value];
    }),
  );
}

function checkLabel(field: string, value: string): void {
  if (value.length <= 63 && /^(|[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$/.test(value)) return;
  throw new TaskBuildError(field, 'is no value of a label; it has to be at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit; put free text into an annotation', value);
}

function checkBranch(branch: string): void {
  const problem = branch === '' ? undefined : branchProblem(branch);
  if (problem !== undefined) throw new TaskBuildError('taskTemplate.branch', `is not a name that git allows for a branch: ${problem}; make it of numbers and words of the service`, branch);
}

/** Each event has one of the pool for good, all equally likely: a repeat after a crash must not make another Task of it. */
function drawCredential(spawner: TaskSpawner, event: SourceEvent): NonNullable<TaskSpawner['spec']['credentials']>[number] | undefined {
  const pool = spawner.spec.credentials ?? [];
  if (pool.length === 0) return undefined;
  const drawn = createHash('sha256').update(`${spawner.metadata.uid}/${event.id}`).digest().readUIntBE(0, 6);
  return pool[drawn % pool.length];
}
