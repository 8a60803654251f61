/** Times as Kubernetes writes them. Objects keep them as text; only arithmetic turns them into `Date`. */

/** `metav1.Time`: whole seconds, as in `creationTimestamp`. */
export function toKubeTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** `metav1.MicroTime`: exactly six digits, or the API server refuses it. For Leases and Events. */
export function toMicroTime(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000Z`;
}

/** Reads either form. Throws `RangeError` for what is no time. */
export function parseKubeTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new RangeError(`time: is not RFC 3339, got "${text}"; write it like 2026-01-01T00:00:00Z`);
  return time;
}

export function addSeconds(time: Date | string, seconds: number): Date {
  const start = typeof time === 'string' ? parseKubeTime(time) : time;
  return new Date(start.getTime() + seconds * 1_000);
}
