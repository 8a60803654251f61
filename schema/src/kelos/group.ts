/** The API group that is wire-compatible with Kelos. */
export const GROUP = 'kelos.dev';

/** The version that every kind of the group has, and is stored in. */
export const HUB = { name: 'v1alpha2', served: true, storage: true } as const;

/** Ends the description of a kind that no controller of ours looks at. */
export const NOT_ACTED_ON = 'The operator does not act on it yet.';
