/** Who is asked, and who need not be. */
export interface ValidatingWebhookProps {
  readonly service: { readonly namespace: string; readonly name: string };
  /** The operator, whose own writes nobody is asked about. */
  readonly user: string;
  /** Left out: all namespaces. */
  readonly namespaceSelector?: object;
}

/** Two replicas answer within milliseconds: who waits longer waits for nobody. */
const TIMEOUT_SECONDS = 2;

const ANNOTATIONS = (object: string) => `(has(${object}.metadata.annotations) ? ${object}.metadata.annotations : {})`;

/**
 * An entry of a ValidatingWebhookConfiguration. What it stands in the way of is kept small: nothing is asked about reading, deleting, status, finalizers and labels,
 * nor about what the operator writes, and an operator that does not answer has no objection.
 */
export function validatingWebhook({ service, user, namespaceSelector }: ValidatingWebhookProps): object {
  return {
    name: 'objects.taskwright.dev',
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { ...service, path: '/validate', port: 443 } },
    failurePolicy: 'Ignore',
    // One of v1alpha1 is asked about as what it is stored as.
    matchPolicy: 'Equivalent',
    matchConditions: [
      { name: 'not-the-operator', expression: `request.userInfo.username != ${JSON.stringify(user)}` },
      { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
      { name: 'says-something-new', expression: `oldObject == null || object.metadata.generation != oldObject.metadata.generation || ${ANNOTATIONS('object')} != ${ANNOTATIONS('oldObject')}` },
    ],
    namespaceSelector,
    rules: [{ apiGroups: ['kelos.dev'], apiVersions: ['v1alpha2'], operations: ['CREATE', 'UPDATE'], resources: ['tasks', 'workspaces', 'agentconfigs'], scope: 'Namespaced' }],
    sideEffects: 'None',
    timeoutSeconds: TIMEOUT_SECONDS,
  };
}
