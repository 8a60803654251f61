import type { ApiObject } from '../api-object.ts';
import type { JsonObject } from '../json.ts';
import type { Column } from './column.ts';

/** How much of each object travels with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly metadata: JsonObject;
  readonly includeObject: IncludeObject;
  readonly now: Date;
}

const NAME: Column = {
  name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata.name,
  description: 'Name must be unique within a namespace. It is what the other commands take to mean this object.',
};

/** A `Table` of meta.k8s.io: what `kubectl get` prints, column by column. */
export function renderTable(columns: readonly Column[], items: readonly ApiObject[], { metadata, includeObject, now }: TableOptions): JsonObject {
  const all = [NAME, ...columns];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: all.map(({ name, type, format = '', description = '', priority = 0 }) => ({ name, type, format, description, priority })),
    rows: items.map((object) => ({
      cells: all.map(({ cell }) => cell(object, now) ?? null),
      ...(includeObject === 'None' ? {} : { object: includeObject === 'Object' ? object : partialObject(object) }),
    })),
  };
}

function partialObject({ metadata }: ApiObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
