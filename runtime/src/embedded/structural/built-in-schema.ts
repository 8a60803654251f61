import { definitionNameOf, servedSchema } from '@taskwright/schema/kubernetes';
import { UNTYPED, type Schema } from './schema.ts';

/** The schema of a kind of Kubernetes' own; of a kind nobody published a schema for, the one that knows nothing. */
export function builtInSchema(group: string, version: string, kind: string): Schema {
  const name = definitionNameOf({ group, version, kind });
  return name === undefined ? UNTYPED : servedSchema(name);
}

/** `metadata`, which custom resources have in common with all others. */
export const OBJECT_META: Schema = servedSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
