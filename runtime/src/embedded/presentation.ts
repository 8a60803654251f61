import { jsonOf, type ApiObject } from './api-object.ts';
import { wireJson, without, type JsonObject } from './json.ts';
import { renderTable, type IncludeObject } from './printing/table.ts';
import type { ServedResource } from './served-resource.ts';

/** How the client wants objects to look: whole, as a table for people, or metadata only. */
export interface Presentation {
  one(object: ApiObject): string;
  many(items: readonly ApiObject[], metadata: JsonObject): string;
  /** The object of a watch event. */
  event(object: ApiObject): string;
}

/** Chooses by the Accept header, first match first. Whatever else is asked for, protobuf included, is answered with whole JSON. */
export function presentationFor(resource: ServedResource, accept: string | undefined, includeObject: IncludeObject, now: () => Date): Presentation {
  for (const range of (accept ?? '').split(',')) {
    const parameters = new Map(range.split(';').slice(1).map((part) => part.trim().split('=') as [string, string]));
    if (!range.trim().startsWith('application/json')) continue;
    if (parameters.get('as') === 'Table') return table(resource, includeObject, now);
    if (parameters.get('as') === 'PartialObjectMetadata' || parameters.get('as') === 'PartialObjectMetadataList') return metadataOnly;
    if (!parameters.has('as')) break;
  }
  return whole(resource);
}

function whole(resource: ServedResource): Presentation {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return {
    one: jsonOf,
    many: (items, metadata) => {
      const head = wireJson({ kind: resource.listKind, apiVersion, metadata });
      return `${head.slice(0, -1)},"items":[${items.map(jsonOf).join(',')}]}`;
    },
    event: jsonOf,
  };
}

const partial = ({ metadata }: ApiObject) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata });

const metadataOnly: Presentation = {
  one: (object) => wireJson(partial(object)),
  many: (items, metadata) => wireJson({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partial) }),
  event: (object) => wireJson(partial(object)),
};

function table(resource: ServedResource, includeObject: IncludeObject, now: () => Date): Presentation {
  let isFirst = true;
  const render = (items: readonly ApiObject[], metadata: JsonObject) => renderTable(resource.columns, items, { metadata, includeObject, now: now() });
  return {
    one: (object) => wireJson(render([object], { resourceVersion: object.metadata.resourceVersion })),
    many: (items, metadata) => wireJson(render(items, metadata)),
    event: (object) => {
      const rendered = render([object], { resourceVersion: object.metadata.resourceVersion });
      const shown = isFirst ? rendered : without(rendered, 'columnDefinitions');
      isFirst = false;
      return wireJson(shown);
    },
  };
}
