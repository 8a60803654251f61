/** The API group that is wire-compatible with Kelos. */
export const GROUP = 'kelos.dev';

/** The version that every kind of the group has, and is stored in. */
export const HUB = { name: 'v1alpha2', served: true, storage: true } as const;
