import { ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';

/** The object of an L2. Its id is `Resource`, so that `ApiObject.of` finds it and its name leaves the id out. */
export function kelosObject(scope: Construct, kind: 'Task' | 'Workspace' | 'AgentConfig', metadata: ApiObjectMetadata | undefined, renderSpec: () => object): ApiObject {
  return new ApiObject(scope, 'Resource', { apiVersion: 'kelos.dev/v1alpha2', kind, metadata, spec: Lazy.any({ produce: renderSpec }) });
}
