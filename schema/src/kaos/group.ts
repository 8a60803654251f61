/** The API group that is wire-compatible with KAOS. */
export const GROUP = 'kaos.tools';

/** The one version that every kind of the group has. */
export const VERSION = { name: 'v1alpha1', served: true, storage: true } as const;
