import { ApiObject, Chart, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { crdTexts } from './private/crds';

/** How the chart of the CRDs is made. */
export interface CrdsProps extends ChartProps {
  /**
   * Annotations of every CRD, for example the wave in which a GitOps tool applies it.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };
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
      const crd = JSON.parse(text);
      new ApiObject(this, crd.metadata.name, { ...crd, metadata: { ...crd.metadata, annotations: props.annotations } });
    }
  }
}
