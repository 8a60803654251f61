/** The API group that is wire-compatible with Kelos. */
export const GROUP = 'kelos.dev';

/** The version that every kind of the group has, and is stored in. */
export const HUB = { name: 'v1alpha2', served: true, storage: true } as const;

/** The older version of four kinds. It cannot be served before somebody converts: the server itself would store fields that the hub does not have. */
export const SPOKE = {
  name: 'v1alpha1', served: false, storage: false, deprecationWarning: `${GROUP}/v1alpha1 is deprecated; use ${GROUP}/v1alpha2`,
} as const;

/** The Service by which an API server finds the operator that converts. */
export const WEBHOOK_SERVICE = 'taskwright-webhook';

/** Ends the description of a kind that no controller of ours looks at. */
export const NOT_ACTED_ON = 'The operator does not act on it yet.';
