import type { KubeObject } from '@taskwright/runtime/kube';
import { CONVERTED_DEFINITIONS, crds } from '@taskwright/schema';

/** The engine converts by itself and asks nobody; a definition has to name somebody all the same. */
const CONVERSION = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://localhost/convert' } } };

/** The definitions of all kinds for the engine of this machine, every version of each served: manifests that say `kelos.dev/v1alpha1` run here, too. */
export function servedDefinitions(): KubeObject[] {
  return crds().map(({ spec, ...definition }) => {
    const isConverted = CONVERTED_DEFINITIONS.includes(definition.metadata.name);
    return { ...definition, spec: isConverted ? { ...spec, conversion: CONVERSION, versions: spec.versions.map((version) => ({ ...version, served: true })) } : spec };
  });
}
