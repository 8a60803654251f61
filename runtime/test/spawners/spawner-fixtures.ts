import type { TaskSpawner, TaskSpawnerSpec } from '@taskwright/schema';
import type { SourceEvent } from '../../src/sources/source-event.ts';

type Template = TaskSpawnerSpec['taskTemplate'];

/** One that waits for Jira, unless `when` says otherwise. */
export function aSpawner({ spec, template, status, ...metadata }: { spec?: Partial<TaskSpawnerSpec>; template?: Template; status?: TaskSpawner['status'] } & Partial<TaskSpawner['metadata']> = {}): TaskSpawner {
  return {
    metadata: { name: 'bugs', namespace: 'dev', uid: 'uid-of-bugs', resourceVersion: '7', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: {
      when: { jira: { baseUrl: 'https://jira.example.com', project: 'SHOP', secretRef: { name: 'jira' }, pollInterval: '1m' } },
      suspend: false,
      taskTemplate: { type: 'claude-code', credentials: { type: 'none' }, ...template },
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

/** As a user writes it: without what the server fills in. */
export function manifestOf({ metadata: { name, namespace, annotations }, spec }: TaskSpawner): TaskSpawner {
  return { metadata: { name: name!, namespace: namespace!, ...(annotations && { annotations }) }, spec };
}

export function anEvent({ id = 'SHOP-1', ...event }: Partial<SourceEvent> = {}): SourceEvent {
  return {
    id,
    nameSuffix: id,
    summary: `issue ${id}`,
    variables: { ID: id, Number: 1n, Title: 'It is broken', Body: '', Labels: 'bug' },
    labels: ['bug'],
    annotations: {},
    ...event,
  };
}
