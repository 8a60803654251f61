/**
 * Orders two resourceVersions of one resource: negative when `a` is older, 0 when they are the same. Empty is older than all.
 *
 * They are unsigned decimals of any length, comparable since Kubernetes 1.35 says so: past 2⁵³ a number would round them.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whether `a` is what `b` is, or newer. */
export function isAtLeast(a: string, b: string): boolean {
  return compareResourceVersions(a, b) >= 0;
}
