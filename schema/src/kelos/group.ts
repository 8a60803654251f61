/** The API group that is wire-compatible with Kelos. */
export const GROUP = 'kelos.dev';
