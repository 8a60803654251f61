/**
 * Breaches of the house rules that stand today, as `path: what was found`. The list only shrinks: a new breach fails the
 * test, and so does an entry that no longer holds.
 */
export const offenders: readonly string[] = [
  'runtime/src/agent/README.md: a large folder without a README',
  'runtime/src/kube/README.md: a large folder without a README',
  'schema/src/kelos/README.md: a large folder without a README',
];
