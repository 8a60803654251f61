import { ApiObject, Chart, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { crdTexts } from './private/crds';
import { WEBHOOK_SERVICE } from './private/fixed-names';

/** How the chart of the CRDs is made. */
export interface CrdsProps extends ChartProps {
  /**
   * Annotations of every CRD, for example the wave in which a GitOps tool applies it.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };
  /**
   * Serve `kelos.dev/v1alpha1` beside `v1alpha2`, for manifests and clients that still say it. The install has to convert
   * (`convertsOlderVersions` of `Taskwright`), and each write to a Task then costs the API server one question more.
   *
   * @default false
   */
  readonly servesOlderVersions?: boolean;
  /**
   * The namespace of the operator that converts.
   *
   * @default 'taskwright-system'
   */
  readonly operatorNamespace?: string;
}

/**
 * The kinds that programs are made of, as a chart of its own: the API server has to know a kind before its first object comes,
 * and no order inside one file brings that about.
 *
 * ```sh
 * kubectl apply --server-side -f dist/crds.k8s.yaml
 * until kubectl wait --for=condition=Established crd --all; do sleep 1; done
 * ```
 *
 * Only what comes next and is of these kinds has to wait. `kubectl wait` fails on a definition so new that it has no conditions yet, hence the loop.
 *
 * They are too large for a client-side `kubectl apply`, which stores each object once more in an annotation.
 *
 * @example
 *
 * new Crds(new App(), 'crds');
 */
export class Crds extends Chart {
  public constructor(scope: Construct, id: string, props: CrdsProps = {}) {
    super(scope, id, props);
    for (const text of crdTexts()) {
      const defined: Definition = JSON.parse(text);
      const crd = props.servesOlderVersions ? serveEveryVersion(defined, props.operatorNamespace ?? 'taskwright-system') : defined;
      new ApiObject(this, crd.metadata.name, { ...crd, metadata: { ...crd.metadata, annotations: props.annotations } });
    }
  }
}

interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly object[] };
}

/** Without a converter the API server would only exchange the version, and drop every field that the other one calls by another name. */
function serveEveryVersion(crd: Definition, namespace: string): Definition {
  const { versions, ...spec } = crd.spec;
  if (versions.length === 1) return crd;
  const clientConfig = { service: { namespace, name: WEBHOOK_SERVICE, path: '/convert', port: 443 } };
  const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } };
  return { ...crd, spec: { ...spec, versions: versions.map((version) => ({ ...version, served: true })), conversion } as Definition['spec'] };
}
